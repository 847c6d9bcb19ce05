import type { BodyCodec } from './body/codec'
import type { HeaderTable } from './header/header-table'

/** Who receives a request. Some codes mean one thing to a server and another to a client. */
export type Direction = 'to-server' | 'to-client'

/** A party of the protocol. */
export type Role = 'client' | 'admin' | 'broker' | 'nameserver' | 'controller' | 'container' | 'proxy'

/** One side of a request: the fields of its header and the form of its body. */
export interface RowSide<Header = unknown, Body = unknown> {
  readonly header: HeaderTable<Header>
  readonly body: BodyCodec<Body>
}

/** A row of `protocol/`: everything that is known of one request, with the types of both its sides. */
export interface RequestRow<RequestHeader = unknown, RequestBody = unknown, ResponseHeader = unknown, ResponseBody = unknown> {
  /** Upstream's name. */
  readonly name: string
  readonly code: number
  readonly direction: Direction
  /** First release that has it; `4.9.7` also stands for earlier ones. */
  readonly since: string
  /** Last release that has it with this meaning. */
  readonly until?: string | undefined
  readonly from: readonly Role[]
  readonly to: readonly Role[]
  /** Whether it is sent without waiting for an answer. */
  readonly oneway: 'never' | 'sometimes' | 'always'
  /** `false`: a broker does not serve it on its second port. */
  readonly vip: boolean
  readonly request: RowSide<RequestHeader, RequestBody>
  readonly response: RowSide<ResponseHeader, ResponseBody>
}

export type RequestHeaderOf<Row> = Row extends RequestRow<infer Header, unknown, unknown, unknown> ? Header : never
/** `undefined` for a request without a body. */
export type RequestBodyOf<Row> = Row extends RequestRow<unknown, infer Body, unknown, unknown> ? Body : never
export type ResponseHeaderOf<Row> = Row extends RequestRow<unknown, unknown, infer Header, unknown> ? Header : never
/** `undefined` for an answer without a body. */
export type ResponseBodyOf<Row> = Row extends RequestRow<unknown, unknown, unknown, infer Body> ? Body : never

/**
 * Makes a row; used by the generated table. Its facts are words: name, code, direction, `since-until`, `from>to` with commas between roles,
 * one-way, and `not-vip`.
 */
export function requestRow<RequestHeader, RequestBody, ResponseHeader, ResponseBody>(
  facts: string,
  requestHeader: HeaderTable<RequestHeader>,
  requestBody: BodyCodec<RequestBody>,
  responseHeader: HeaderTable<ResponseHeader>,
  responseBody: BodyCodec<ResponseBody>
): RequestRow<RequestHeader, RequestBody, ResponseHeader, ResponseBody> {
  const [name = '', code, direction, releases = '', ways = '', oneway, vip] = facts.split(' ')
  const [since = '', until] = releases.split('-')
  const [from, to] = ways.split('>').map(roles)
  return Object.freeze({
    ...{ name, code: Number(code), direction: direction as Direction, since, until: until === '' ? undefined : until },
    ...{ from: from ?? NOBODY, to: to ?? NOBODY, oneway: oneway as RequestRow['oneway'], vip: vip === undefined },
    request: { header: requestHeader, body: requestBody },
    response: { header: responseHeader, body: responseBody }
  })
}

const NOBODY: readonly Role[] = []

function roles(names: string): readonly Role[] {
  return names === '' ? NOBODY : (names.split(',') as Role[])
}
