export type { Clock, Timer, TimerOptions } from './clock'
export { CodedError, type CodedErrorOptions, ProtocolError } from './coded-error'
export type { ByteStream, ConnectOptions, Endpoint, Listener, ListenOptions, Network, StreamHandlers, TlsOptions } from './network'
