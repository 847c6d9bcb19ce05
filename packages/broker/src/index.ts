export { Broker, TopicError, type TopicOptions } from './broker'
export { type BrokerLimits, DEFAULT_BROKER_LIMITS } from './broker-limits'
export { type BrokerOptions, BrokerOptionsError } from './broker-options'
export { DocumentError, DocumentName } from './documents'
