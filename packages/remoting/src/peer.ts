import type { ConnectionCounters, Endpoint } from 'net-ts-protocol-kit'
import type { AnyRequestRow, RemotingResponse } from './remoting-response'
import type { RequestBodyOf, RequestHeaderOf } from './wire/index'

/** How one request is sent. */
export interface InvokeOptions {
  /** Milliseconds until it fails. Default: the client's `requestTimeoutMs`, 3000. */
  readonly timeoutMs?: number
  /** Gives up waiting; what was sent stays sent. */
  readonly signal?: AbortSignal
}

/** The other side of a connection. Upper layers attach what they know of it with a `WeakMap`. */
export interface Peer {
  /** Unique in this process, such as `7@127.0.0.1:52114`. */
  readonly id: string
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly isOpen: boolean
  /** Version ordinal of the last command received from it. */
  readonly version: number | undefined
  readonly counters: ConnectionCounters
  /** Sends a request on this connection and waits for the answer. Rejects with a {@link RocketMQError}; see {@link RemotingClient.invoke}. */
  invoke<R extends AnyRequestRow>(
    row: R,
    header: RequestHeaderOf<R>,
    body?: RequestBodyOf<R>,
    options?: InvokeOptions
  ): Promise<RemotingResponse<R>>
  /** Sends a request that is not answered. Nothing happens when the connection is closed; throws when the header cannot be written. */
  invokeOneway<R extends AnyRequestRow>(row: R, header: RequestHeaderOf<R>, body?: RequestBodyOf<R>): void
  /** Closes the connection once what is pending has been sent. */
  close(): void
}
