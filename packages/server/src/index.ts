export { Server, startServer } from './server'
export { type ServerOptions, ServerOptionsError } from './server-options'
