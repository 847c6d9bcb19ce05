export { BufferFullError } from './buffer-full-error'
export { deliveries } from './deliveries'
export type { DeliveriesOptions } from './deliveries-options'
export { Delivery } from './delivery'
export { type GroupLag, type LagOptions, lag$, type QueueLag } from './lag'
export { type MarbleMessage, type MarbleRecord, type Marbles, marbles } from './marbles'
export { replay } from './replay'
export { ReplayFailedError } from './replay-failed-error'
export type { QueuePosition, ReplayOptions, ReplayPoint } from './replay-options'
export { type SchedulerClock, schedulerOf } from './scheduler'
export { sendEach } from './send-each'
export { type Emitted, type Projection, settle } from './settle'
export type { ErrorAction, ErrorDecider, SettleOptions } from './settle-options'
export { type BrokerStatus, type ClientStatus, status$ } from './status'
export { type DeliveryOutcome, TestDelivery, type TestMessageOptions, testDelivery } from './test-delivery'
export { toTopic } from './to-topic'
export type {
  EntryOption,
  SendEachEntryOptions,
  SendEachOptions,
  SendFailurePolicy,
  SentValue,
  TopicEntry,
  ToTopicEntryOptions,
  ToTopicOptions
} from './to-topic-options'
