import { headerOf } from './wire/header/header-of'
import type { RemotingCommand, RequestRow, ResponseBodyOf, ResponseHeaderOf } from './wire/index'

/** Any row of the request table. */
export type AnyRequestRow = RequestRow

/** What came back for a request of row `R`, whatever its response code. */
export class RemotingResponse<R extends AnyRequestRow = AnyRequestRow> {
  /** The frame as it came. */
  readonly command: RemotingCommand
  /** Who answered, as the caller named it. */
  readonly address: string
  readonly #row: R
  #header: ResponseHeaderOf<R> | undefined
  #body: ResponseBodyOf<R> | undefined

  constructor(row: R, command: RemotingCommand, address: string) {
    this.#row = row
    this.command = command
    this.address = address
  }

  /** The response code; `ResponseCode.SUCCESS` is 0. */
  get code(): number {
    return this.command.code
  }

  /** What the server has to say about it. */
  get remark(): string | undefined {
    return this.command.remark
  }

  /** Read when first asked for. Throws a `HeaderFieldError`: answers that report a failure often lack their fields. */
  get header(): ResponseHeaderOf<R> {
    this.#header ??= headerOf(this.command, this.#row.response.header) as ResponseHeaderOf<R>
    return this.#header
  }

  /** Read when first asked for. Throws a `ProtocolError` when the bytes are no such body. */
  get body(): ResponseBodyOf<R> {
    this.#body ??= this.#row.response.body.decode(this.command.body) as ResponseBodyOf<R>
    return this.#body
  }
}
