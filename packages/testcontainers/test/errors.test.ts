import { describe, expect, it } from '@jest/globals'
import { ImageUnavailableError, NoContainerEngineError, RocketMQContainerError, StartError } from '../src'

describe('an error', () => {
  it('is one line that begins with what is missing, whatever its cause printed', () => {
    const error = new NoContainerEngineError(new Error('connect failed\n  at somewhere\r\n  at elsewhere'))
    expect(error.message).toMatch(/^no container engine: connect failed at somewhere at elsewhere; start Docker/)
    expect(error).toMatchObject({ code: 'NO_CONTAINER_ENGINE', retriable: true, name: 'NoContainerEngineError' })
  })

  it('of a start shows the last lines that the container printed and keeps them all as a fact', () => {
    const log = ['one', 'two', 'three', 'Address already in use']
    const error = new StartError('broker', 'apache/rocketmq:5.5.0', log, new Error('not received'))
    expect(error.message).toContain('two | three | Address already in use')
    expect(error.facts).toEqual({ role: 'broker', image: 'apache/rocketmq:5.5.0', log })
    expect(error.cause).toEqual(new Error('not received'))
  })

  it('of an image names the image', () => {
    const error = new ImageUnavailableError('apache/rocketmq:9.9.9', 'could not be pulled: no such tag')
    expect(error).toBeInstanceOf(RocketMQContainerError)
    expect(error.facts['image']).toBe('apache/rocketmq:9.9.9')
  })
})
