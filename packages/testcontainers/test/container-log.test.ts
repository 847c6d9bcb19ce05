import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { ContainerLog } from '../src/container-log'

async function printed(log: ContainerLog, ...chunks: string[]): Promise<void> {
  const stream = new PassThrough()
  log.follow(stream)
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await new Promise((resolve) => stream.once('close', resolve))
}

describe('the log of a container', () => {
  it('keeps the last 20 lines that are not empty, over all its starts', async () => {
    const log = new ContainerLog('broker', undefined)
    await printed(log, ...Array.from({ length: 30 }, (_, line) => `first ${line}\r\n\n`))
    await printed(log, 'second 0\nsecond 1\n')
    expect(log.lastLines).toHaveLength(20)
    expect(log.lastLines.at(0)).toBe('first 12')
    expect(log.lastLines.slice(-2)).toEqual(['second 0', 'second 1'])
  })

  it('joins what an engine has cut in the middle of a line', async () => {
    const log = new ContainerLog('broker', undefined)
    await printed(log, 'Address already ', 'in use\nnext')
    expect(log.lastLines).toEqual(['Address already in use', 'next'])
  })

  it('keeps what a Java program says of a failure, not where in it that happened', async () => {
    const log = new ContainerLog('broker', undefined)
    const trace = [
      'java.lang.IllegalStateException: Failed to bind to 0.0.0.0:28911',
      '\tat org.apache.rocketmq.broker.BrokerStartup.main(BrokerStartup.java:50)',
      'Caused by: java.net.BindException: Address already in use',
      '\tat java.base/sun.nio.ch.Net.bind0(Native Method)',
      '\tat io.netty.channel.AbstractChannel$AbstractUnsafe.<init>(AbstractChannel.java:561)',
      '\t... 12 more',
      'at least this is no frame'
    ]
    await printed(log, trace.join('\n'))
    expect(log.lastLines).toEqual([trace[0], trace[2], trace[6]])
  })

  it('gives each stream to the caller’s consumer, with the role', async () => {
    const seen: string[] = []
    const log = new ContainerLog('nameserver', (stream, role) => stream.on('data', (chunk) => seen.push(`${role}: ${chunk}`)))
    await printed(log, 'hello')
    await printed(log, 'again')
    expect(seen).toEqual(['nameserver: hello', 'nameserver: again'])
  })

  it('outlives a stream that breaks because its container was removed', () => {
    const stream = new PassThrough()
    new ContainerLog('broker', undefined).follow(stream)
    expect(() => stream.emit('error', new Error('aborted'))).not.toThrow()
  })
})
