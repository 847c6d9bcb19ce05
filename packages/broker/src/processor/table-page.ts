import { DataVersion, decodeBody } from '@rocketmq-ts/remoting/wire'

/** A page that a request asks for; one without any of these asks for everything, as releases before 5.4.0 do. */
export interface PageRequest {
  /** Where the page begins. */
  readonly seq: number | undefined
  readonly max: number | undefined
  /** JSON text of the version that the first page had. */
  readonly dataVersion: string | undefined
}

/** Most entries in one page. */
const MAX_PAGE = 2000

/** The table, or one page of it in the order of names; from the start again when the table has changed since the first page. */
export function tablePage<T>(table: ReadonlyMap<string, T>, version: DataVersion, page: PageRequest): ReadonlyMap<string, T> {
  const { seq = 0, max = MAX_PAGE, dataVersion } = page
  if (page.seq === undefined && page.max === undefined && dataVersion === undefined) return table
  const start = isCurrent(dataVersion, version) ? Math.max(0, seq) : 0
  const sorted = [...table].sort(([one], [other]) => (one < other ? -1 : 1))
  return new Map(sorted.slice(start, start + Math.max(0, Math.min(max, MAX_PAGE))))
}

function isCurrent(text: string | undefined, own: DataVersion): boolean {
  if (text === undefined || text === '') return false
  const { timestamp, counter } = decodeBody(DataVersion, Buffer.from(text))
  return timestamp === own.timestamp && counter === own.counter
}
