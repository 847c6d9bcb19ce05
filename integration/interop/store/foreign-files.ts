import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesOf, hashesOf } from './store-directory'

const ours =
  /^(commitlog|consumequeue|index|rocketmq-ts)\/|^config\/(topics|subscriptionGroup|consumerOffset|delayOffset)\.json(\.bak)?$|^(checkpoint|abort|lock)$/

/** Puts in what a store may hold and we have no use for, where an official broker has not put it already. */
export function addForeignFiles(directory: string): void {
  const texts = {
    'config/topicQueueMapping.json': '{"dataVersion":{"counter":3},"topicQueueMappingInfoMap":{}}',
    'config/consumerFilter.json': '{"filterDataByTopic":{}}',
    'config/consumerOrderInfo.json': '{"table":{}}',
    'config/broker-plugin.conf': 'of somebody else\n',
    timerwheel: 'a wheel',
    'timerlog/00000000000000000000': 'a log',
    'notes/read me.txt': 'kept by the operator\n'
  }
  for (const [file, text] of Object.entries(texts)) {
    const path = join(directory, file)
    if (existsSync(path)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

/** Hash of every file that is not ours to write. */
export function foreignFiles(directory: string): Record<string, string> {
  return hashesOf(
    directory,
    filesOf(directory).filter((file) => !ours.test(file))
  )
}
