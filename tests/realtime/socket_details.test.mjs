// Section 3.5 in details that neither the official suites nor a well-behaved client show.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Polling, openFrames, separator} from './engine.mjs';
import {useServer} from './server.mjs';
import {call, join, joined, roundTrip} from './sockets.mjs';

const server = useServer();

describe('namespaces', () => {
    test('a refusal has exactly message and data, or message alone', async () => {
        const frames = await openFrames(server);
        frames.send('40/refuse,{"token":"x"}');
        assert.equal(await frames.next(), '44/refuse,{"message":"not allowed","data":{"code":"forbidden"}}');
        frames.send('40/refuse-plain,');
        assert.equal(await frames.next(), '44/refuse-plain,{"message":"not allowed"}');
        await join(frames);
        await roundTrip(frames);
    });

    test('a query is a part of the name', async () => {
        const frames = await openFrames(server);
        frames.send('40/custom?token=abc,{"a":1}');
        assert.equal(await frames.next(), '44/custom?token=abc,{"message":"Invalid namespace"}');
    });

    test('names are taken to the letter', async () => {
        const frames = await openFrames(server);
        for (const name of ['/Custom', '/custom/', '//custom', '/cust', '/custom1', '/__proto__', '/constructor']) {
            frames.send(`40${name},`);
            assert.equal(await frames.next(), `44${name},{"message":"Invalid namespace"}`);
        }
    });

    test('the main namespace may be named', async () => {
        const frames = await openFrames(server);
        frames.send('40/,{"token":"1"}');
        assert.match(await frames.next(), /^40\{"sid":"[^"]{20}"\}$/);
        assert.equal(await frames.next(), '42["auth",{"token":"1"}]');
        frames.send('42/,7["message-with-ack",1]');
        assert.equal(await frames.next(), '437[1]');
    });

    test('auth is passed on whole', async () => {
        const frames = await openFrames(server);
        const auth = {token: 'x'.repeat(10000), nested: {list: [1, null, {'': 'é😀'}]}};
        await join(frames, '/', auth);
    });

    test('left and joined again: a new id', async () => {
        const frames = await joined(server);
        const first = frames.sid;
        frames.send('41', '40/barrier,');
        assert.match(await frames.next(), /^44\/barrier,/);
        const {sid} = await join(frames);
        assert.notEqual(sid, first);
        await roundTrip(frames);
    });
});

describe('acknowledgements', () => {
    const question = async (frames) => {
        const frame = await frames.next('a question');
        return /^42(\d+)\["question"/.exec(frame)[1];
    };

    test('a second answer to the same question is ignored', async () => {
        const frames = await joined(server);
        frames.send('42["ask"]');
        const id = await question(frames);
        frames.send(`43${id}["one"]`, `43${id}["two"]`);
        assert.equal(await frames.next(), '42["answered","one"]');
        await roundTrip(frames);
    });

    test('nobody answers for another', async () => {
        const [asked, stranger] = [await joined(server), await joined(server)];
        asked.send('42["ask"]');
        const id = await question(asked);
        stranger.send(`43${id}["I was not asked"]`);
        await roundTrip(stranger);
        await roundTrip(asked);
        asked.send(`43${id}["it is me"]`);
        assert.equal(await asked.next(), '42["answered","it is me"]');
    });

    test('questions may be answered in any order', async () => {
        const frames = await joined(server);
        const ids = [];
        for (let i = 0; i < 200; i++) frames.send('42["ask"]');
        for (let i = 0; i < 200; i++) ids.push(await question(frames));
        assert.equal(new Set(ids).size, 200);
        for (const id of ids.reverse()) frames.send(`43${id}[${id}]`);
        for (const id of ids) assert.equal(await frames.next(), `42["answered",${id}]`);
    });

    test('an answer without arguments', async () => {
        const frames = await joined(server);
        frames.send('42["ask"]');
        const id = await question(frames);
        frames.send(`43${id}[]`);
        assert.equal(await frames.next(), '42["answered"]');
    });

    test('the id comes back as it was', async () => {
        const frames = await joined(server);
        for (const id of ['0', '1', '4294967296', '9007199254740991']) {
            frames.send(`42${id}["message-with-ack"]`);
            assert.equal(await frames.next(), `43${id}[]`);
        }
    });
});

describe('attachments', () => {
    test('may be empty, nested and named in any order', async () => {
        const frames = await joined(server);
        const placeholder = (num) => ({_placeholder: true, num});
        frames.send(`453-1${JSON.stringify(['message-with-ack', {a: [placeholder(2)], b: placeholder(0)}, placeholder(1)])}`,
            Buffer.alloc(0), Buffer.from([1]), Buffer.from([2, 2]));
        // In which order they come back is free, as long as the numbers agree with it.
        const answer = await frames.next();
        assert.ok(answer.startsWith('463-1['), answer);
        const back = [await frames.next(), await frames.next(), await frames.next()];
        const [{a: [last], b: empty}, middle] = JSON.parse(answer.slice(5));
        assert.deepEqual([last, empty, middle].map(({num}) => back[num]),
            [Buffer.from([2, 2]), Buffer.alloc(0), Buffer.from([1])]);
    });

    test('what only looks like a placeholder is data', async () => {
        const frames = await joined(server);
        for (const value of ['{"_placeholder":false,"num":0}', '{"_placeholder":"true","num":0}', '{"num":0}']) {
            frames.send(`42["message",${value}]`);
            assert.equal(await frames.next(), `42["message-back",${value}]`);
        }
    });

    test('pings may come between them', async () => {
        const frames = await joined(server);
        frames.send('451-["message",{"_placeholder":true,"num":0}]', '3', Buffer.from([1]));
        assert.equal(await frames.next(), '451-["message-back",{"_placeholder":true,"num":0}]');
        assert.deepEqual(await frames.next(), Buffer.from([1]));
    });

    test('by polling they stand behind their packet as base64', async () => {
        const session = await Polling.open(server);
        await session.send('40');
        assert.match(await session.next(), /^40/);
        assert.match(await session.next(), /^42/);
        const packets = ['451-["message",{"_placeholder":true,"num":0}]', 'bAQIDBA=='];
        await session.send(...packets);
        assert.equal(await session.next(), packets[0].replace('message', 'message-back'));
        assert.equal(await session.next(), packets[1]);
    });
});

describe('the end by the server, by polling', () => {
    const member = async () => {
        const session = await Polling.open(server);
        await session.send('40');
        await session.next();
        await session.next();
        return session;
    };
    const toTheEnd = async (session, packets) => {
        while (packets.at(-1) !== '1') {
            const answer = await session.get();
            assert.equal(answer.status, 200, `after ${packets}`);
            packets.push(...answer.body.split(separator));
        }
        return packets.filter((packet) => packet !== '6');
    };

    test('a held GET gets what waits, then that it is over', async () => {
        const session = await member();
        const pending = session.get();
        await session.send('42["message",1]', '42["kick",true]');
        const packets = await toTheEnd(session, (await pending).body.split(separator));
        assert.deepEqual(packets, ['42["message-back",1]', '41', '1']);
        assert.equal((await session.get()).status, 400);
    });

    test('without a GET it waits for the next one', async () => {
        const session = await member();
        await session.send('42["message",1]', '42["kick",true]');
        assert.deepEqual(await toTheEnd(session, []), ['42["message-back",1]', '41', '1']);
        assert.equal((await session.get()).status, 400);
    });

    test('kick(false) leaves the session', async () => {
        const session = await member();
        await session.send('42["kick",false]');
        assert.equal(await session.next(), '41');
        await session.send('40');
        assert.match(await session.next(), /^40\{/);
    });
});

describe('rooms', () => {
    test('a broadcast comes before the answer to what was sent after it', async () => {
        const [a, b] = [await joined(server), await joined(server)];
        await call(b, 1, 'join', 'ordered');
        for (let n = 0; n < 20; n++) {
            a.send(`42["broadcast","ordered",${n}]`);
            await roundTrip(a);
            b.send('429["message-with-ack"]');
            assert.equal(await b.next(), `42["room-message",${n}]`);
            assert.equal(await b.next(), '439[]');
        }
    });

    test('no arguments, and a room with a strange name', async () => {
        const [a, b] = [await joined(server), await joined(server)];
        const name = JSON.stringify('ro"om \u0000 é😀,[');
        b.send(`421["join",${name}]`);
        assert.equal(await b.next(), '431[]');
        a.send(`42["broadcast",${name}]`);
        assert.equal(await b.next(), '42["room-message"]');
    });

    test('a room is of its namespace: the main one does not reach a socket of another', async () => {
        const [a, b] = [await joined(server), await openFrames(server)];
        const {sid} = await join(b, '/custom');
        a.send(`42["broadcast","${sid}","hello"]`);
        await roundTrip(a);
        b.send('40/barrier,');
        assert.match(await b.next(), /^44\/barrier,/);
    });
});
