/**
 * Answers, and whether what somebody typed is one of them: numbers in decimal or hexadecimal, names or numbers of opcodes and
 * codes, texts as they are, choices by name or letter.
 *
 * Strategy: what cannot be read as an answer at all is told apart from what is wrong, so that it can be asked for again.
 */
import { nearest } from '../../bytes/nearest.js';
import { closeCodeName } from '../../websocket/close.js';
import { opcodeName, parseOpcode } from '../../websocket/opcode.js';

export interface Verdict {
  readonly right: boolean;
  /** Why it cannot be read as an answer, and what was probably meant. */
  readonly unclear?: string;
}

export interface Answer {
  /** As it is told: `9 (ping)`. */
  readonly told: string;
  judge(typed: string): Verdict;
}

const OPCODES = Array.from({ length: 16 }, (_, opcode) => opcodeName(opcode));

export function numberAnswer(value: number, what: string): Answer {
  return {
    told: String(value),
    judge: (typed) => {
      const number = numberOf(typed);
      return number === undefined
        ? unclear(`a number is asked for, such as ${what}, in decimal or as 0x…`)
        : { right: number === value };
    },
  };
}

export function opcodeAnswer(opcode: number): Answer {
  return {
    told: `${opcode} (${opcodeName(opcode)})`,
    judge: (typed) => {
      const name = withoutName(typed).toLowerCase();
      const given = parseOpcode(name) ?? numberOf(withBase(name));
      return given === undefined ? unclearName(name, OPCODES.slice(0, 11)) : { right: given === opcode };
    },
  };
}

export function codeAnswer(code: number): Answer {
  const name = closeCodeName(code);
  return {
    told: `${code} (${name})`,
    judge: (typed) => {
      const number = numberOf(withoutName(typed));
      if (number !== undefined) return { right: number === code };
      if (withoutEnd(typed).toLowerCase() === name.toLowerCase()) return { right: true };
      return unclear('the number of a code is asked for, such as 1000');
    },
  };
}

/** Case and blanks inside count: they are other bytes. */
export function textAnswer(text: string): Answer {
  return {
    told: `"${text}"`,
    judge: (typed) => ({ right: [typed.trim(), unquoted(typed.trim())].includes(text) }),
  };
}

export function choiceAnswer(chosen: string, choices: readonly string[]): Answer {
  return {
    told: `${letterOf(choices.indexOf(chosen))}) ${chosen}`,
    judge: (typed) => {
      const name = typed
        .trim()
        .toLowerCase()
        .replace(/^\(?([a-z])[).]$/, '$1')
        .replace(/^\(?[a-z]\)\s+(?=\S)|\.$/g, '');
      const given = choices.find((choice, i) => choice === name || letterOf(i) === name);
      return given === undefined ? unclearName(name, choices) : { right: given === chosen };
    },
  };
}

/** `a`, `b`, … */
export function letterOf(index: number): string {
  return String.fromCharCode(0x61 + index);
}

function unclear(message: string): Verdict {
  return { right: false, unclear: message };
}

function unclearName(name: string, names: readonly string[]): Verdict {
  const near = nearest(name, names);
  return unclear(
    near === undefined ? `one of these is asked for: ${names.join(', ')}` : `did you mean ${near}?`,
  );
}

/** `126`, `65,535`, `79 291`, `0x7e`, `0b1001`, `frame 3`, `12 bytes`. */
function numberOf(typed: string): number | undefined {
  const found = /^(?:(?:frame|length) )?(0x[0-9a-f]+|0b[01]+|\d+)(?: ?(?:bytes?|octets?))?$/i.exec(
    withoutEnd(typed).replace(/(?<=\d)[,_ ](?=\d{3}(?:\D|$))/g, ''),
  );
  return found === null ? undefined : Number(found[1]);
}

/** An opcode as the figure has it, `1001`, or in one digit. */
function withBase(name: string): string {
  if (/^[01]{4}$/.test(name)) return `0b${name}`;
  return /^[a-f]$/.test(name) ? `0x${name}` : name;
}

const withoutEnd = (typed: string) => typed.trim().replace(/\.$/, '');

/** As a key or an explanation tells it: `2 (binary)`, `1002 (Protocol error)`, `1002 Protocol error`, `opcode 2`. */
const withoutName = (typed: string) =>
  withoutEnd(typed)
    .replace(/^(?:opcode|code) /i, '')
    .replace(/^(\w+) \(.*\)$/, '$1')
    .replace(/^(\d+) [a-z].*$/i, '$1');

/** In quotes of one kind. */
const unquoted = (text: string) => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
