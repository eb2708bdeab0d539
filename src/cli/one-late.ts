/**
 * Hands on an item when the next one comes: what is found about it is told behind it.
 */
export class OneLate<Item extends readonly unknown[]> {
  private item: Item | undefined = undefined;

  constructor(private readonly judge: (...item: Item) => void) {}

  take(...item: Item): void {
    this.settle();
    this.item = item;
  }

  settle(): void {
    const { item } = this;
    this.item = undefined;
    if (item !== undefined) this.judge(...item);
  }
}
