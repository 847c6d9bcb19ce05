import { RequestCode } from './generated/request-codes'
import { ResponseCode, type ResponseCodeName } from './generated/response-codes'
import { releaseVersion } from './release'
import type { Direction, RequestRow } from './request-row'

const rows = new Map<string, readonly RequestRow[]>()
for (const row of Object.values<RequestRow>(RequestCode)) {
  const key = rowKey(row.code, row.direction)
  rows.set(key, [...(rows.get(key) ?? []), row])
}

/**
 * The row of a request as it comes in: some codes mean different things by direction or by release.
 * `version` is the sender's, from the command; without it the newest meaning is taken. `undefined` for codes without a row.
 */
export function findRequest(code: number, direction: Direction, version?: number): RequestRow | undefined {
  const found = rows.get(rowKey(code, direction)) ?? []
  if (found.length < 2 || version === undefined) return found.find((row) => row.until === undefined) ?? found[0]
  return found.find((row) => row.until === undefined || version <= releaseVersion(row.until))
}

/** The name of a response code in the newest release that has it; `undefined` for a number no release has. */
export function responseCodeName(code: number): ResponseCodeName | undefined {
  return responseNames.get(code)
}

/** Later entries win, and of two meanings the newer one comes later. */
const responseNames: ReadonlyMap<number, ResponseCodeName> = new Map(
  Object.entries(ResponseCode).map(([name, code]) => [code, name as ResponseCodeName])
)

function rowKey(code: number, direction: Direction): string {
  return `${code} ${direction}`
}
