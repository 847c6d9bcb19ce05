/** Topics that every broker has for itself (read in common/…/topic/TopicValidator.java). */
export const SystemTopic = {
  /** Its route and permissions are the pattern for topics created by a first send. */
  AUTO_CREATE_TOPIC_KEY: 'TBW102',
  /** Delayed messages wait here, one queue per level. */
  SCHEDULE: 'SCHEDULE_TOPIC_XXXX',
  BENCHMARK: 'BenchmarkTest',
  TRANS_HALF: 'RMQ_SYS_TRANS_HALF_TOPIC',
  TRACE: 'RMQ_SYS_TRACE_TOPIC',
  TRANS_OP_HALF: 'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  TRANS_CHECK_MAX_TIME: 'TRANS_CHECK_MAX_TIME_TOPIC',
  SELF_TEST: 'SELF_TEST_TOPIC',
  OFFSET_MOVED_EVENT: 'OFFSET_MOVED_EVENT',
  ROCKSDB_OFFSET: 'CHECKPOINT_TOPIC',
  ROCKSDB_TRANS_HALF: 'RMQ_SYS_ROCKSDB_TRANS_HALF_TOPIC',
  ROCKSDB_TRANS_OP_HALF: 'RMQ_SYS_ROCKSDB_TRANS_OP_HALF_TOPIC'
} as const

/** Every topic that starts with it is a system topic too. */
export const SYSTEM_TOPIC_PREFIX = 'rmq_sys_'

const system: ReadonlySet<string> = new Set(Object.values(SystemTopic))

const notAllowedToSend: ReadonlySet<string> = new Set([
  SystemTopic.SCHEDULE,
  SystemTopic.TRANS_HALF,
  SystemTopic.TRANS_OP_HALF,
  SystemTopic.TRANS_CHECK_MAX_TIME,
  SystemTopic.SELF_TEST,
  SystemTopic.OFFSET_MOVED_EVENT,
  SystemTopic.ROCKSDB_TRANS_HALF,
  SystemTopic.ROCKSDB_TRANS_OP_HALF
])

/** Whether the topic belongs to the broker. */
export function isSystemTopic(topic: string): boolean {
  return system.has(topic) || topic.startsWith(SYSTEM_TOPIC_PREFIX)
}

/** Whether clients must not send to the topic. Some system topics do take sends. */
export function isNotAllowedToSend(topic: string): boolean {
  return notAllowedToSend.has(topic)
}
