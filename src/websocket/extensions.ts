/**
 * Sec-WebSocket-Extensions (RFC 6455 §9.1): text ⇄ list of extensions with their parameters.
 *
 * Strategy: one pass with an index over each header value. An element that breaks the grammar keeps what
 * was read before the break, the rest of it is passed over up to its comma, and the list says `malformed`.
 */
import { isWhitespace, TOKEN } from '../http/text.js';

/** A parameter of an extension, as `client_max_window_bits=15`. */
export interface ExtensionParameter {
  readonly name: string;
  /** Unquoted; undefined for a parameter without "=". */
  readonly value: string | undefined;
  /** Written as a quoted-string. */
  readonly quoted: boolean;
}

/** An extension that a side offers or agrees to, with its parameters. */
export interface Extension {
  readonly name: string;
  /** In order, repeated ones included. */
  readonly parameters: readonly ExtensionParameter[];
}

/** All extensions of a head. */
export interface ExtensionList {
  readonly extensions: readonly Extension[];
  /** At least one element breaks the grammar. */
  readonly malformed: boolean;
}

/** Parses the values of all headers of one head, as one list. Never throws. */
export function parseExtensions(values: readonly string[]): ExtensionList {
  const extensions: Extension[] = [];
  let malformed = false;
  for (const value of values) {
    const parser = new ElementParser(value);
    while (parser.more()) {
      const extension = parser.element();
      if (extension !== undefined) extensions.push(extension);
    }
    if (parser.malformed) malformed = true;
  }
  return { extensions, malformed };
}

/** The value of one header with all of `extensions`. */
export function encodeExtensions(extensions: readonly Extension[]): string {
  return extensions
    .map(({ name, parameters }) => [name, ...parameters.map(encodeParameter)].join('; '))
    .join(', ');
}

function encodeParameter({ name, value, quoted }: ExtensionParameter): string {
  if (value === undefined) return name;
  return quoted ? `${name}="${value.replace(/["\\]/g, '\\$&')}"` : `${name}=${value}`;
}

const TOKEN_START = new RegExp(TOKEN.source.slice(1, -1), 'y');

class ElementParser {
  malformed = false;
  private at = 0;

  constructor(private readonly text: string) {}

  /** Passes over empty elements (RFC 9110 §5.6.1); false at the end of the text. */
  more(): boolean {
    while (this.at < this.text.length && (this.text[this.at] === ',' || isWhitespace(this.text, this.at)))
      this.at++;
    return this.at < this.text.length;
  }

  /** extension = token *( ";" extension-param ); undefined without even a name. */
  element(): Extension | undefined {
    const name = this.token();
    const parameters: ExtensionParameter[] = [];
    while (name !== undefined && this.accept(';')) {
      const parameter = this.parameter();
      if (parameter === undefined) break;
      parameters.push(parameter);
    }
    this.space();
    if (this.at < this.text.length && this.text[this.at] !== ',') {
      this.malformed = true;
      this.skipElement();
    }
    return name === undefined ? undefined : { name, parameters };
  }

  /** extension-param = token [ "=" ( token / quoted-string ) ]; what the quotes hold must be a token too. */
  private parameter(): ExtensionParameter | undefined {
    const name = this.token();
    if (name === undefined || !this.accept('=')) return name === undefined ? undefined : flag(name);
    this.space();
    const quoted = this.text[this.at] === '"';
    const value = quoted ? this.quotedString() : this.token();
    if (value === undefined) return flag(name);
    if (!TOKEN.test(value)) this.malformed = true;
    return { name, value, quoted };
  }

  private token(): string | undefined {
    this.space();
    TOKEN_START.lastIndex = this.at;
    const token = TOKEN_START.exec(this.text)?.[0];
    if (token === undefined) this.malformed = true;
    else this.at += token.length;
    return token;
  }

  /** RFC 9110 §5.6.4; one without its end is malformed and reaches to the end of the text. */
  private quotedString(): string {
    let value = '';
    for (this.at++; this.at < this.text.length; this.at++) {
      let character = this.text[this.at];
      if (character === '"') {
        this.at++;
        return value;
      }
      if (character === '\\' && this.at + 1 < this.text.length) character = this.text[++this.at];
      value += character;
    }
    this.malformed = true;
    return value;
  }

  /** To the next comma outside quotes. */
  private skipElement(): void {
    while (this.at < this.text.length && this.text[this.at] !== ',') {
      if (this.text[this.at] === '"') this.quotedString();
      else this.at++;
    }
  }

  private accept(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private space(): void {
    while (isWhitespace(this.text, this.at)) this.at++;
  }
}

function flag(name: string): ExtensionParameter {
  return { name, value: undefined, quoted: false };
}
