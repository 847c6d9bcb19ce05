export { Nameserver } from './nameserver'
export { DEFAULT_NAMESERVER_LIMITS, type NameserverLimits } from './nameserver-limits'
export { type NameserverOptions, NameserverOptionsError } from './nameserver-options'
export type { NameserverStats } from './nameserver-stats'
