/**
 * The numbers of the packets that carried something, each once, ascending.
 *
 * Strategy: bytes come in stream order, which is mostly the order of their packets, so that only the last number is
 * looked at. Where it is not, the numbers are put in order once, at the end: a sender that has its segments captured in
 * reverse would have each number looked for through all the others.
 */
export class PacketNumbers {
  private numbers: number[] | undefined = undefined;
  private ascending = true;

  /** How many there are; where they did not come in order, one may be counted twice. */
  get count(): number {
    return this.numbers?.length ?? 0;
  }

  /** Whether `number` was added last. */
  endsWith(number: number): boolean {
    return this.numbers?.at(-1) === number;
  }

  add(number: number): void {
    const { numbers } = this;
    // Mostly there is one: an array made of it takes a quarter of the memory of one that has grown.
    if (numbers === undefined) {
      this.numbers = [number];
      return;
    }
    const last = numbers[numbers.length - 1];
    if (number === last) return;
    if (number < last) this.ascending = false;
    numbers.push(number);
  }

  /** Hands them over, and starts anew. */
  take(): number[] {
    const { numbers = [], ascending } = this;
    this.numbers = undefined;
    this.ascending = true;
    if (ascending) return numbers;
    return numbers.sort((a, b) => a - b).filter((number, i) => i === 0 || number !== numbers[i - 1]);
  }
}
