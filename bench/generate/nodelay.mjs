// Loaded into @pgtyped/cli's processes: its four round trips a query each wait for a delayed
// acknowledgement, because its sockets leave Nagle's algorithm on.
import { Socket } from 'node:net';

const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...args) {
  this.setNoDelay(true);
  return connect.apply(this, args);
};
