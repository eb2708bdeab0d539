/**
 * Hands on an item when the next one comes: what is found about it is told behind it. `Detail`: what goes with an item.
 */
export class OneLate<Item extends object, Detail = undefined> {
  private item: Item | undefined = undefined;
  private detail: Detail | undefined = undefined;

  constructor(private readonly judge: (item: Item, detail?: Detail) => void) {}

  take(item: Item, detail?: Detail): void {
    this.settle();
    this.item = item;
    this.detail = detail;
  }

  settle(): void {
    const { item, detail } = this;
    if (item === undefined) return;
    this.item = undefined;
    this.detail = undefined;
    this.judge(item, detail);
  }
}
