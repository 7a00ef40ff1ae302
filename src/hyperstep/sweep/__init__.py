"""The sweep as a pure state machine: config, events, instructions, state, controller."""
