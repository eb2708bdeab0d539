#!/usr/bin/env node
// Loads the built command line (npm run build).
await import('../dist/bin/main.js');
