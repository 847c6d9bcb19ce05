export {
  ImageUnavailableError,
  NoContainerEngineError,
  OptionError,
  RocketMQContainerError,
  StartError,
  StoppedError,
  StopTimeoutError
} from './errors'
export type { RocketMQOptions } from './options'
export { startRocketMQ } from './start'
export type { RocketMQImage, StartedRocketMQ } from './started'
