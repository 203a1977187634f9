// A setup file runs before each test file; what it imports runs once in a process.
import './refuse-io.js';
