// crowd.mjs <address> <token> <deployment> <followers> <orders> <pid>: very many followers of "admin" at one portal, over raw
// sockets. The deployment, which bakes, is paused and resumed in turn, then promoted to its end. As JSON: milliseconds from
// asking for something until the last follower has the event ("median", "p99", "most"), KiB of the portal's memory a follower,
// events that each follower got, and how many of them did not get just those ("lacking").
import {readFileSync} from 'node:fs';
import net from 'node:net';
import {performance} from 'node:perf_hooks';
import {setTimeout as pause} from 'node:timers/promises';
import {frame, frameSize, portsOfAnAddress} from './raw_clients.mjs';

const [address, token, deployment, count, orders, pid] = process.argv.slice(2).map((word, i) => (i < 3 ? word : Number(word)));
const {hostname, port} = new URL(address);
const pong = frame('3');

function residentKiB() {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]);
}

class Follower {
    seqs = [];

    constructor(number, onEvent) {
        this.onEvent = onEvent;
        this.socket = net.connect({
            host: hostname, port, noDelay: true, localAddress: `127.0.0.${1 + Math.floor(number / portsOfAnAddress)}`,
        });
        this.socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\n`
            + 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n');
        this.follows = new Promise((done, fail) => {
            let rest = null;
            let head = true;
            this.socket.on('data', (data) => {
                if (rest) data = Buffer.concat([rest, data]);
                let at = 0;
                if (head) {
                    at = data.indexOf('\r\n\r\n') + 4;
                    if (at === 3) return void (rest = data);
                    if (!data.subarray(0, 13).includes('101')) return fail(new Error(`${data}`));
                    head = false;
                }
                for (;;) {
                    const size = frameSize(data, at);
                    if (size === 0 || at + size > data.length) break;
                    const start = at + (data[at + 1] < 126 ? 2 : data[at + 1] === 126 ? 4 : 10);
                    this.#take(data.latin1Slice(start, at + size), done, fail);
                    at += size;
                }
                rest = at < data.length ? Buffer.from(data.subarray(at)) : null;
            });
            this.socket.on('error', fail);
            this.socket.on('close', () => fail(new Error('the portal closed a connection')));
        });
    }

    #take(text, done, fail) {
        if (text.startsWith('42[')) this.#takeEvent(text);
        else if (text === '2') this.socket.write(pong);
        else if (text.startsWith('0')) this.socket.write(frame(`40${JSON.stringify({token})}`));
        else if (text.startsWith('40')) this.socket.write(frame('420["subscribe",{"topics":[{"topic":"admin"}]}]'));
        else if (text.startsWith('430')) done();
        else if (text.startsWith('44')) fail(new Error(text));
    }

    #takeEvent(text) {
        if (!text.startsWith('42["deployment-updated"') || !text.includes(deployment)) return;
        const seq = Number(/"seq":(\d+)/.exec(text)[1]);
        this.seqs.push(seq);
        this.onEvent(seq, text);
    }
}

let waiting = null;
let ended = 0;
function onEvent(seq, text) {
    if (text.includes('"phase":"completed"')) ended++;
    if (waiting && !text.includes('"actor":"pilothouse"') && --waiting.left === 0) waiting.done();
}

async function order(action, body = {}) {
    const all = new Promise((done) => (waiting = {left: count, done}));
    const asked = performance.now();
    const answer = await fetch(`${address}/api/deployments/${deployment}/${action}`, {
        method: 'POST', headers: {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'}, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${action}: ${await answer.text()}`);
    await all;
    waiting = null;
    return performance.now() - asked;
}

async function grow(list, wanted) {
    while (list.length < wanted) {
        const some = Array.from({length: Math.min(100, wanted - list.length)}, (_, i) => new Follower(list.length + i, onEvent));
        await Promise.all(some.map((one) => one.follows));
        list.push(...some);
    }
}

const warm = [];
await grow(warm, 100);
for (const one of warm) one.socket.destroy();
await pause(1000);
const before = residentKiB();
const followers = [];
const began = performance.now();
await grow(followers, count);
const joined = performance.now() - began;
await pause(2000);  // until what connecting needed has been given back
const after = residentKiB();

for (const one of followers) one.seqs.length = 0;
const waits = [];
for (let i = 0; i < orders; i++) waits.push(await order(i % 2 ? 'resume' : 'pause'));
await order('promote', {all: true});
while (ended < count) await pause(20);
const wanted = followers[0].seqs.join();
const lacking = followers.filter((one) => one.seqs.join() !== wanted).length;
for (const one of followers) one.socket.destroy();

waits.sort((a, b) => a - b);
const at = (share) => waits[Math.min(Math.floor(waits.length * share), waits.length - 1)];
console.log(JSON.stringify({
    median: at(0.5), p99: at(0.99), most: waits.at(-1), events: followers[0].seqs.length, lacking,
    joined, before, after, each: (after - before) / count, high: residentKiB(),
}));
process.exit(0);
