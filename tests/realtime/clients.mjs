// Many real socket.io clients in one process, for tests of faults.
//
//   node clients.mjs --url http://127.0.0.1:3000 [--count 1000] [--event room-message] [--setup '["join","all"]']
//                    [--auth '{"token":"..."}'] [--path /socket.io/] [--transports websocket,polling] [--seconds 0]
//
// Each client connects, reconnects by itself, sends the set-up event with an acknowledgement after every connect, and
// counts the events that it gets. Once a second, and at the end (SIGTERM, SIGINT or after --seconds), a line of JSON:
// {"connected", "connects", "disconnects", "refused", "set_up", "events", "fewest", "most"}; the last two are the
// numbers of events of the client that got fewest and of the one that got most.
import {parseArgs} from 'node:util';
import {io} from 'socket.io-client';

const {values: flags} = parseArgs({
    options: {
        url: {type: 'string'},
        path: {type: 'string', default: '/socket.io/'},
        count: {type: 'string', default: '1000'},
        event: {type: 'string', default: 'room-message'},
        setup: {type: 'string', default: '["join","all"]'},
        auth: {type: 'string', default: '{}'},
        transports: {type: 'string', default: 'websocket'},
        seconds: {type: 'string', default: '0'},
    },
});
const setup = JSON.parse(flags.setup);
const sum = {connected: 0, connects: 0, disconnects: 0, refused: 0, set_up: 0};
const sockets = Array.from({length: Number(flags.count)}, () => {
    const socket = io(flags.url, {
        path: flags.path, forceNew: true, auth: JSON.parse(flags.auth), transports: flags.transports.split(','),
    });
    socket.events = 0;
    socket.on('connect', () => {
        sum.connected++;
        sum.connects++;
        if (setup.length > 0) socket.emit(...setup, () => sum.set_up++);
    });
    socket.on('disconnect', () => {
        sum.connected--;
        sum.disconnects++;
    });
    socket.on('connect_error', () => sum.refused++);
    socket.on(flags.event, () => socket.events++);
    return socket;
});
const tell = () => {
    let events = 0, fewest = Infinity, most = 0;
    for (const socket of sockets) {
        events += socket.events;
        fewest = Math.min(fewest, socket.events);
        most = Math.max(most, socket.events);
    }
    console.log(JSON.stringify({...sum, events, fewest, most}));
};
const end = () => {
    tell();
    process.exit(0);
};
setInterval(tell, 1000);
process.once('SIGTERM', end);
process.once('SIGINT', end);
if (Number(flags.seconds) > 0) setTimeout(end, Number(flags.seconds) * 1000);
