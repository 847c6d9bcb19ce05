import type { Row } from '../row'
import { twoConsumers } from './a-two-consumers'
import { movingMembers } from './b-moving-members'
import { tags } from './c-tags'
import { retries } from './d-retry'
import { pullAndSeek } from './e-pull-seek'
import { idleQueues } from './f-idle-queues'
import { brokerRestart } from './g-broker-restart'
import { wholeValues } from './h-whole-values'
import { queries } from './i-queries'

/** The contract, in the order of the issue. */
export const rows: readonly Row[] = [
  twoConsumers,
  movingMembers,
  tags,
  retries,
  pullAndSeek,
  idleQueues,
  brokerRestart,
  wholeValues,
  queries
]
