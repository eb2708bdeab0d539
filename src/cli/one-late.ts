/**
 * Hands on an item when the next one comes: what is found about it is told behind it.
 */
export class OneLate<T> {
  private item: T | undefined = undefined;

  constructor(private readonly judge: (item: T) => void) {}

  take(item: T): void {
    this.settle();
    this.item = item;
  }

  settle(): void {
    const { item } = this;
    this.item = undefined;
    if (item !== undefined) this.judge(item);
  }
}
