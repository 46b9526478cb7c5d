// The documents as a tree that stays whole whatever people do to it while apart.

import type { TreeItem } from "../ipc/generated";
import type { DocumentId } from "../ipc/ids";

const keyOf = (title: string): string => title.toLocaleLowerCase();

function byPlace(a: TreeItem, b: TreeItem): number {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/**
 * Documents by id and by parent. A document whose parent is not here stands at the root, and of
 * documents moved into one another in a circle the one with the smallest id does.
 */
export class Tree {
  #items = new Map<DocumentId, TreeItem>();
  #children: Map<DocumentId | null, TreeItem[]> | null = null;
  #parents = new Map<DocumentId, DocumentId | null>();
  /** Who goes by a title, since it was first asked: links are looked up at every key. */
  #titled: Map<string, DocumentId[]> | null = null;
  #names = 0;

  get size(): number {
    return this.#items.size;
  }

  get(id: DocumentId): TreeItem | undefined {
    return this.#items.get(id);
  }

  /** Another number whenever there are other documents, or one is called otherwise. */
  get names(): number {
    return this.#names;
  }

  /** The document of that title, whatever its case; one of them where several have it. */
  titled(title: string): TreeItem | undefined {
    if (this.#titled === null) {
      this.#titled = new Map();
      for (const item of this.#items.values()) this.#call(item);
    }
    const [first] = this.#titled.get(keyOf(title)) ?? [];
    return first === undefined ? undefined : this.#items.get(first);
  }

  all(): Iterable<TreeItem> {
    return this.#items.values();
  }

  apply(reset: boolean, upserts: TreeItem[], removed: DocumentId[]): void {
    if (reset) {
      this.#items.clear();
      this.#children = null;
      this.#titled = null;
      this.#names += 1;
    }
    for (const item of upserts) this.#upsert(item);
    for (const id of removed) this.#remove(id);
  }

  childrenOf(parent: DocumentId | null): readonly TreeItem[] {
    return this.#grouped().get(parent) ?? [];
  }

  parentOf(id: DocumentId): DocumentId | null {
    this.#grouped();
    return this.#parents.get(id) ?? null;
  }

  /** The documents above `id`, the outermost first. */
  pathTo(id: DocumentId): TreeItem[] {
    const path: TreeItem[] = [];
    for (let at = this.parentOf(id); at !== null; at = this.parentOf(at)) {
      const item = this.#items.get(at);
      if (item === undefined) break;
      path.unshift(item);
    }
    return path;
  }

  /** Whether `id` is `ancestor` or lies below it. */
  isWithin(id: DocumentId, ancestor: DocumentId): boolean {
    return id === ancestor || this.pathTo(id).some((item) => item.id === ancestor);
  }

  #upsert(item: TreeItem): void {
    const before = this.#items.get(item.id);
    this.#items.set(item.id, item);
    if (before?.title !== item.title) this.#rename(before, item);
    if (this.#children === null) return;
    if (before?.parent !== item.parent || before.position !== item.position) {
      this.#children = null;
      return;
    }
    const siblings = this.#children.get(this.#parents.get(item.id) ?? null);
    const index = siblings?.indexOf(before) ?? -1;
    if (siblings !== undefined && index >= 0) siblings[index] = item;
    else this.#children = null;
  }

  #remove(id: DocumentId): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.delete(id);
    this.#children = null;
    this.#rename(item, undefined);
  }

  #rename(before: TreeItem | undefined, now: TreeItem | undefined): void {
    this.#names += 1;
    const same = before && this.#titled?.get(keyOf(before.title));
    if (before && same) same.splice(same.indexOf(before.id), 1);
    if (now) this.#call(now);
  }

  #call({ id, title }: TreeItem): void {
    const key = keyOf(title);
    const same = this.#titled?.get(key);
    if (same === undefined) this.#titled?.set(key, [id]);
    else same.push(id);
  }

  #grouped(): Map<DocumentId | null, TreeItem[]> {
    if (this.#children !== null) return this.#children;
    const groups = new Map<DocumentId | null, TreeItem[]>();
    this.#parents = new Map();
    for (const item of this.#items.values()) {
      const parent = this.#shownParent(item);
      this.#parents.set(item.id, parent);
      const group = groups.get(parent);
      if (group === undefined) groups.set(parent, [item]);
      else group.push(item);
    }
    for (const group of groups.values()) group.sort(byPlace);
    this.#children = groups;
    return groups;
  }

  #shownParent(item: TreeItem): DocumentId | null {
    if (item.parent === null || !this.#items.has(item.parent)) return null;
    let smallest = item.id;
    const seen = new Set<DocumentId>([item.id]);
    for (let at: DocumentId | null = item.parent; at !== null;) {
      if (at === item.id) return smallest === item.id ? null : item.parent;
      if (seen.has(at)) break;
      seen.add(at);
      if (at < smallest) smallest = at;
      at = this.#items.get(at)?.parent ?? null;
    }
    return item.parent;
  }
}
