export { Server, startServer } from './server'
export { type ServerOptions, ServerOptionsError } from './server-options'
export type { ServerTlsOptions } from './server-tls'
