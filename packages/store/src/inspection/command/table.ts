import { safeText } from './safe-text'

/** A column's title. One that ends in `#` is of numbers, which stand to the right; the sign is not shown. */
export type Columns = readonly string[]

/** A table for people: columns two spaces apart, as wide as what is in them. */
export class Table {
  readonly #columns: Columns
  #widths: readonly number[]
  #isBegun = false

  constructor(columns: Columns) {
    this.#columns = columns
    this.#widths = columns.map((column) => titleOf(column).length)
  }

  /** Lines of some rows, below the titles the first time. Later ones may be wider than what was printed before. */
  lines(rows: readonly (readonly (string | number)[])[]): string[] {
    const texts = rows.map((row) => row.map((cell) => safeText(String(cell))))
    this.#widths = this.#widths.map((width, at) => texts.reduce((widest, row) => Math.max(widest, row[at]?.length ?? 0), width))
    const lines = [...(this.#isBegun ? [] : [this.#columns.map(titleOf)]), ...texts].map((row) => this.#line(row))
    this.#isBegun = true
    return lines
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((cell, at) => {
      const width = this.#widths[at] ?? 0
      return this.#columns[at]?.endsWith('#') ? cell.padStart(width) : cell.padEnd(width)
    })
    return padded.join('  ').trimEnd()
  }
}

function titleOf(column: string): string {
  return column.replace(/#$/, '')
}
