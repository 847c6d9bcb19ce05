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
