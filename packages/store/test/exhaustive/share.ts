/** One part of a work that several test files divide among them, so that they run at once: `{ number: 0, of: 4 }` is the first of four. */
export interface Share {
  readonly number: number
  readonly of: number
}

/** Whether a position belongs to the share. */
export const isIn =
  ({ number, of }: Share) =>
  (position: number): boolean =>
    position % of === number
