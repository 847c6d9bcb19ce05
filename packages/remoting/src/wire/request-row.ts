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

type RowFacts<RequestHeader, RequestBody, ResponseHeader, ResponseBody> = Omit<
  RequestRow<RequestHeader, RequestBody, ResponseHeader, ResponseBody>,
  'vip'
> & { readonly vip?: false }

/** Makes a row; used by the generated table. */
export function requestRow<RequestHeader, RequestBody, ResponseHeader, ResponseBody>(
  facts: RowFacts<RequestHeader, RequestBody, ResponseHeader, ResponseBody>
): RequestRow<RequestHeader, RequestBody, ResponseHeader, ResponseBody> {
  return Object.freeze({ vip: true, ...facts })
}
