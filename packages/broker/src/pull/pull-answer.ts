import { type PullMessageResponseHeader, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { ReadResult, ReadStatus } from '@rocketmq-ts/store'

/** How a read is answered (read in broker/…/processor/PullMessageProcessor.java, `composeResponseHeader`). */
export function pullCode(status: ReadStatus, requestedOffset: number): number {
  switch (status) {
    case 'FOUND':
      return ResponseCode.SUCCESS
    case 'MESSAGE_WAS_REMOVING':
    case 'NO_MATCHED_MESSAGE':
      return ResponseCode.PULL_RETRY_IMMEDIATELY
    case 'NO_MATCHED_LOGIC_QUEUE':
    case 'NO_MESSAGE_IN_QUEUE':
      return requestedOffset === 0 ? ResponseCode.PULL_NOT_FOUND : ResponseCode.PULL_OFFSET_MOVED
    case 'OFFSET_FOUND_NULL':
    case 'OFFSET_OVERFLOW_ONE':
      return ResponseCode.PULL_NOT_FOUND
    case 'OFFSET_OVERFLOW_BADLY':
    case 'OFFSET_TOO_SMALL':
      return ResponseCode.PULL_OFFSET_MOVED
  }
}

/** What every answer to a pull carries. There are no slaves: the next pull goes to the master as well. */
export function pullHeader(result: ReadResult, topicSysFlag: number, groupSysFlag: number): PullMessageResponseHeader {
  const { nextBeginOffset, minOffset, maxOffset } = result
  return { suggestWhichBrokerId: 0, nextBeginOffset, minOffset, maxOffset, topicSysFlag, groupSysFlag }
}
