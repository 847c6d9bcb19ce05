import { describe, expect, it } from '@jest/globals'
import { originOf, versionOf } from '../src/image'

describe('an image’s origin', () => {
  it('is the published image by its name', () => {
    expect(originOf('apache/rocketmq:5.5.0', {})).toBe('apache/rocketmq')
    expect(originOf('docker.io/apache/rocketmq:5.5.0', {})).toBe('apache/rocketmq')
  })

  it('is the assembled image by its label, whatever its name', () => {
    expect(originOf('apache/rocketmq:5.5.0', { 'rocketmq-ts.origin': 'rocketmq-ts/official-jars' })).toBe('rocketmq-ts/official-jars')
  })

  it('is unknown for names that only look like the published one', () => {
    expect(originOf('apache/rocketmq-dashboard:2', {})).toBe('other')
    expect(originOf('registry.example/apache/rocketmq:5.5.0', {})).toBe('other')
  })
})

describe('an image’s release', () => {
  it('is what the image itself says, whatever its tag', () => {
    expect(versionOf(['PATH=/usr/bin', 'ROCKETMQ_VERSION=5.5.0', 'ROCKETMQ_HOME=/home/rocketmq/rocketmq-5.5.0'])).toBe('5.5.0')
  })

  it('is not guessed when the image does not say it', () => {
    expect(versionOf(['PATH=/usr/bin'])).toBeUndefined()
  })
})
