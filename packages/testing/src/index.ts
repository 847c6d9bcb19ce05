export type { TopicOptions } from '@rocketmq-ts/broker'
