import { CodedError } from './coded-error'
import { formatEndpoint } from './endpoint'
import type { Endpoint } from './network'

const reasons = {
  'closed-here': 'it was closed on this side',
  'closed-by-peer': 'the peer closed it',
  'connection-failed': 'the connection broke',
  'protocol-error': 'the peer broke the protocol',
  'handler-failed': 'what received its frames failed',
  'peer-not-answering': 'the peer answers nothing',
  'peer-not-reading': 'the peer does not read what is sent to it',
  'partial-frame-timeout': 'a frame that had begun did not go on',
  'first-frame-timeout': 'the peer sent nothing',
  'idle-timeout': 'it was idle',
  'too-many-partial-frames': 'unfinished frames took too much memory',
  'too-much-unsent': 'bytes that peers do not read took too much memory'
} as const

/** Why a connection is over. */
export type CloseReason = keyof typeof reasons

/** What every connection ends with: code `CONNECTION_CLOSED`, with `reason`, and with `facts.remote` and `facts.local`. */
export class ConnectionClosedError extends CodedError {
  readonly reason: CloseReason

  constructor(reason: CloseReason, ends: { readonly remote: Endpoint; readonly local: Endpoint }, cause?: unknown) {
    const remote = formatEndpoint(ends.remote)
    const detail = cause instanceof Error ? `: ${cause.message}` : ''
    super('CONNECTION_CLOSED', `connection with ${remote} is closed, because ${reasons[reason]}${detail}`, {
      retriable: true,
      facts: { reason, remote, local: formatEndpoint(ends.local) },
      cause
    })
    this.reason = reason
  }
}
