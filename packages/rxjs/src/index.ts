export { type DeliveriesOptions, deliveries } from './deliveries'
export { Delivery } from './delivery'
export { type Emitted, type Projection, type SettleOptions, settle } from './settle'
