export type { LogConsumer, Role } from './container-log'
export type { GroupOptions, TopicOptions } from './declarations'
export {
  CreationError,
  ImageUnavailableError,
  NoAddressError,
  NoContainerEngineError,
  OptionError,
  ReaperUnavailableError,
  RocketMQContainerError,
  StartError,
  StoppedError,
  StopTimeoutError
} from './errors'
export type { RocketMQOptions } from './options'
export { RocketMQContainer } from './rocketmq-container'
export { startRocketMQ } from './start'
export type { RocketMQImage, StartedRocketMQ } from './started'
