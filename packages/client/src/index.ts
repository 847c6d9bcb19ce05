export { type ConnectionState, RocketMQError } from '@rocketmq-ts/remoting'
export type { CompressionType, Credentials } from '@rocketmq-ts/remoting/wire'
export type { Clock, Logger, Network, Timer, TimerOptions, TlsOptions } from 'net-ts-protocol-kit'
export { type BrokerHealth, Client, type ClientEvents, type ClientHealth } from './client'
export type { AddressMap, ClientOptions } from './client-options'
export type { CloseOptions, CloseReport } from './close-report'
export { bytes, type Codec, json, SchemaIssuesError, text } from './codec'
export { connect } from './connect'
export type { FixedQueues, QueueRange } from './consumer/assigned-queues'
export type { Batch } from './consumer/batch'
export type { ConsumerHealth, ConsumerState, QueueHealth } from './consumer/consumer-health'
export {
  type DeadLetter,
  deadLetter,
  type Outcome,
  outcomeOf,
  type Retry,
  type RetryOptions,
  retry,
  type Unsettled,
  unsettled
} from './consumer/outcome'
export { PullConsumer } from './consumer/pull-consumer'
export type { PullConsumerOptions } from './consumer/pull-options'
export { type Handler, type HandlerContext, PushConsumer } from './consumer/push-consumer'
export type { PushConsumerEvents, QueueEvents, QueueOffsetEvent } from './consumer/push-events'
export type { PushConsumerOptions } from './consumer/push-options'
export type { StartFrom } from './consumer/start-from'
export { DecodeError } from './decode-error'
export {
  BrokerUnknownError,
  ClosedError,
  EncodeError,
  GroupInUseError,
  HandlerTimeoutError,
  type NameserverAnswer,
  NameserverUnreachableError,
  NoRouteError,
  type NotSentCode,
  NotSentError,
  OffsetOutOfRangeError,
  OptionsError,
  QueueNotOwnedError,
  RequestRefusedError,
  type SendAttempt,
  SendError,
  SendUnknownError,
  type Sent
} from './errors'
export type { Events } from './events'
export type { Message } from './message'
export type { MessageQueue } from './message-queue'
export { Producer } from './producer/producer'
export type { ProducerOptions } from './producer/producer-options'
export type { BatchReceipt, SendReceipt, SendStatus } from './producer/receipt'
export type { BatchEntry, BatchOptions, MessageOptions, SendOptions } from './producer/send-options'
export type { Queues } from './queues'
export type { MessageOf, MessageOfTopic, SubscriptionOptions } from './subscription'
export { type AnyTopic, defineTopic, type Topic, type ValueSentTo } from './topic'
