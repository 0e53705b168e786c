/*
 * What an event is about without any name in it, for those who are not to learn names of processes, services, packages,
 * devices and mount points: a sentence of a fixed list, chosen by how ours begin and what they go on with. No byte of
 * the event's text is in it, so whatever a text holds, nothing of it is told.
 */
#ifndef ANALYZE_NAMELESS_H
#define ANALYZE_NAMELESS_H

/*
 *   kind  as event_kind_name() has it
 *
 * NULL: events of that kind are sentences about Sonde and its numbers (gap, clock, adapter, budget, archive, anomaly,
 * workload), in which names are found in other ways.
 */
const char *event_nameless(const char *kind, const char *text);

/* The same of an event of the kind "change", never NULL. */
const char *change_nameless(const char *text);

#endif
