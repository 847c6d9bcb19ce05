export type { ConnectionState } from './client-link'
export {
  RemotingAbortedError,
  RemotingClosedError,
  RemotingConnectError,
  RemotingConnectionLostError,
  RemotingOverloadedError,
  RemotingTimeoutError,
  type RequestFacts,
  RocketMQError,
  type RocketMQErrorFacts,
  type RocketMQErrorOptions,
  type SentState
} from './errors'
export type { InvokeOptions, Peer } from './peer'
export type { ResponseListener } from './pending-request'
export { type ConnectionClosedListener, RemotingClient } from './remoting-client'
export type { RemotingClientOptions } from './remoting-client-options'
export { type AnyRequestRow, RemotingResponse } from './remoting-response'
export { type DisconnectListener, RemotingServer, type RemotingServerStats } from './remoting-server'
export type { RemotingServerLimits, RemotingServerOptions } from './remoting-server-options'
export type { RegisterOptions } from './request-dispatcher'
export {
  type Answer,
  type Held,
  held,
  type PeerRequest,
  type PeerRequestHandler,
  type Processor,
  type ServerRequest
} from './server-request'
