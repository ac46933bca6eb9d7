// portal.mjs <address> <token> <deployment> <followers> <orders>: how long it takes from asking the portal for something
// until each follower of "admin" has the event, in milliseconds: {"median", "p99", "most", "deliveries"} as JSON. Asking,
// storing and telling are in it, so from the commit it is less. The deployment is paused and resumed in turn.
import { Manager } from 'socket.io-client'

const [address, token, deployment, followers, orders] = process.argv.slice(2)
const waits = []
let asked = 0
let waiting = null

function follower() {
  const manager = new Manager(address, { transports: ['websocket'], forceNew: true })
  const socket = manager.socket('/', { auth: { token } })
  socket.on('deployment-updated', (event) => {
    if (!waiting || event.entity !== deployment || event.actor === 'pilothouse') return
    waits.push(performance.now() - asked)
    if (--waiting.left === 0) waiting.done()
  })
  return new Promise((follows) => {
    socket.on('connect', () => socket.emit('subscribe', { topics: [{ topic: 'admin' }] }, () => follows(socket)))
  })
}

async function order(action) {
  const all = new Promise((done) => (waiting = { left: Number(followers), done }))
  asked = performance.now()
  const answer = await fetch(`${address}/api/deployments/${deployment}/${action}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } })
  if (!answer.ok) throw new Error(await answer.text())
  await all
}

const sockets = await Promise.all(Array.from({ length: Number(followers) }, follower))
for (let i = 0; i < Number(orders); i++) await order(i % 2 ? 'resume' : 'pause')
for (const socket of sockets) socket.disconnect()
waits.sort((a, b) => a - b)
const at = (share) => waits[Math.min(Math.floor(waits.length * share), waits.length - 1)]
console.log(JSON.stringify({ median: at(0.5), p99: at(0.99), most: waits.at(-1), deliveries: waits.length }))
