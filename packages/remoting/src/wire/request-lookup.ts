import { RequestCode } from './generated/request-codes'
import { ResponseCode, type ResponseCodeName } from './generated/response-codes'
import { releaseVersion } from './release'
import type { Direction, RequestRow } from './request-row'

/** Finds the row of a request as it comes in. */
export type FindRequest = (code: number, direction: Direction, version?: number) => RequestRow | undefined

/**
 * The row of a request as it comes in: some codes mean different things by direction or by release.
 * `version` is the sender's, from the command; without it the newest meaning is taken. `undefined` for codes without a row.
 */
export const findRequest: FindRequest = (code, direction, version) => {
  everyRow ??= requestFinder(Object.values<RequestRow>(RequestCode))
  return everyRow(code, direction, version)
}

/** Made when it is first asked: the table is large, and many who load this module never ask. */
let everyRow: FindRequest | undefined

/** {@link findRequest} over other rows. */
export function requestFinder(rows: readonly RequestRow[]): FindRequest {
  const byCode = new Map<string, readonly RequestRow[]>()
  for (const row of [...rows].sort((a, b) => lastVersion(a) - lastVersion(b))) {
    const key = rowKey(row.code, row.direction)
    byCode.set(key, [...(byCode.get(key) ?? []), row])
  }
  return (code, direction, version = Number.POSITIVE_INFINITY) => {
    const meanings = byCode.get(rowKey(code, direction))
    return meanings?.find((row) => version <= lastVersion(row)) ?? meanings?.[meanings.length - 1]
  }
}

/** The name of a response code in the newest release that has it; `undefined` for a number no release has. */
export function responseCodeName(code: number): ResponseCodeName | undefined {
  return responseNames.get(code)
}

/** Later entries win, and of two meanings the newer one comes later. */
const responseNames: ReadonlyMap<number, ResponseCodeName> = new Map(
  Object.entries(ResponseCode).map(([name, code]) => [code, name as ResponseCodeName])
)

function lastVersion(row: RequestRow): number {
  return row.until === undefined ? Number.POSITIVE_INFINITY : releaseVersion(row.until)
}

function rowKey(code: number, direction: Direction): string {
  return `${code} ${direction}`
}
