import { CodedError } from './coded-error'
import { formatEndpoint } from './endpoint'
import type { Endpoint } from './network'

/** What the network's answer says, also when several addresses were tried. */
const reasonOf = (cause: unknown): string => {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  return cause instanceof Error ? cause.message : String(cause)
}

/** Connecting failed for another reason than time or the caller. */
export const connectFailed = (endpoint: Endpoint, cause: unknown): CodedError =>
  new CodedError('CONNECT_FAILED', `cannot connect to ${formatEndpoint(endpoint)}: ${reasonOf(cause)}`, {
    retriable: true,
    facts: { host: endpoint.host, port: endpoint.port },
    cause
  })

/** Nobody answered in time. */
export const connectTimedOut = (endpoint: Endpoint, timeoutMs: number): CodedError =>
  new CodedError('CONNECT_TIMEOUT', `cannot connect to ${formatEndpoint(endpoint)}: no answer within ${timeoutMs} ms`, {
    retriable: true,
    facts: { host: endpoint.host, port: endpoint.port, timeoutMs }
  })

/** The caller gave up. */
export const connectAborted = (endpoint: Endpoint, cause: unknown): CodedError =>
  new CodedError('CONNECT_ABORTED', `connecting to ${formatEndpoint(endpoint)} was aborted`, {
    facts: { host: endpoint.host, port: endpoint.port },
    cause
  })

/** The port is taken, forbidden, or not on this machine. */
export const listenFailed = (endpoint: Endpoint, cause: unknown): CodedError =>
  new CodedError('LISTEN_FAILED', `cannot listen on ${formatEndpoint(endpoint)}: ${reasonOf(cause)}`, {
    facts: { host: endpoint.host, port: endpoint.port },
    cause
  })

/** The name has no address. */
export const resolveFailed = (host: string, cause: unknown): CodedError =>
  new CodedError('RESOLVE_FAILED', `cannot resolve ${host}: ${reasonOf(cause)}`, { retriable: true, facts: { host }, cause })

/** A peer that does not speak TLS where it must. */
export const tlsRequired = (peer: Endpoint): CodedError => refusal('TLS_REQUIRED', peer, 'it does not speak TLS, which is required here')

/** A peer that speaks TLS where nobody does. */
export const tlsDisabled = (peer: Endpoint): CodedError => refusal('TLS_DISABLED', peer, 'it speaks TLS, which is switched off here')

/** A handshake that came to nothing. */
export const handshakeFailed = (peer: Endpoint, cause: unknown): CodedError =>
  refusal('TLS_HANDSHAKE_FAILED', peer, `the TLS handshake failed: ${reasonOf(cause)}`, cause)

/** A peer that connected and said nothing. */
export const firstByteTimedOut = (peer: Endpoint, timeoutMs: number): CodedError =>
  refusal('FIRST_BYTE_TIMEOUT', peer, `it said nothing within ${timeoutMs} ms`)

const refusal = (code: string, peer: Endpoint, reason: string, cause?: unknown): CodedError =>
  new CodedError(code, `closed the connection from ${formatEndpoint(peer)}: ${reason}`, {
    facts: { host: peer.host, port: peer.port },
    cause
  })
