import { ResponseCode } from '@rocketmq-ts/remoting/wire'

/** What a pull's answer means for the loop that asked. */
export type PullVerdict =
  /** Messages, or news of how far the broker has looked. */
  | 'TAKE'
  /** The offset is out of range: the broker says where to go on. */
  | 'MOVED'
  /** The broker does not know the group's subscription as it is now: tell it. */
  | 'TELL'
  /** It may work in a moment. */
  | 'WAIT'
  /** The route may have changed. */
  | 'REROUTE'
  /** It will not work until somebody changes something. */
  | 'REFUSED'

/** Reads the code of a pull's answer (read in client/…/impl/MQClientAPIImpl.java and broker/…/processor/PullMessageProcessor.java). */
export function pullVerdict(code: number): PullVerdict {
  switch (code) {
    case ResponseCode.SUCCESS:
    case ResponseCode.PULL_NOT_FOUND:
    case ResponseCode.PULL_RETRY_IMMEDIATELY:
      return 'TAKE'
    case ResponseCode.PULL_OFFSET_MOVED:
      return 'MOVED'
    case ResponseCode.SUBSCRIPTION_NOT_EXIST:
    case ResponseCode.SUBSCRIPTION_NOT_LATEST:
      return 'TELL'
    case ResponseCode.NO_PERMISSION:
    case ResponseCode.SUBSCRIPTION_PARSE_FAILED:
      return 'REFUSED'
    case ResponseCode.TOPIC_NOT_EXIST:
    case ResponseCode.INVALID_PARAMETER:
    case ResponseCode.SYSTEM_ERROR:
      return 'REROUTE'
    default:
      return 'WAIT'
  }
}
