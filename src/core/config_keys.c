/*
 * config_keys.c - every key of the configuration, once.
 *
 * The names are those of the OptiMetrics file, so that such a file can be used as it is, and a few
 * of ours. A key whose promise Sonde keeps in any case has a `fixed` value.
 */
#include "core/config.h"

#include <stdio.h>
#include <string.h>

#define SWITCH(on) .type = CONFIG_BOOL, .fallback = on
#define NEVER .type = CONFIG_BOOL, .fallback = "false", .fixed = "false"
#define ALWAYS .type = CONFIG_BOOL, .fallback = "true", .fixed = "true"
#define NUMBER(value, lowest, highest)                                                             \
    .type = CONFIG_NUMBER, .fallback = value, .min = lowest, .max = highest
#define WHOLE(value, lowest, highest) NUMBER(value, lowest, highest), .whole = true
#define TEXT(value) .type = CONFIG_STRING, .fallback = value
#define UNUSED " Not used by this version." /* accepted, as the file may be older or newer than the program */
#define CHOICE(value, words) .type = CONFIG_CHOICE, .fallback = value, .choices = words

static const struct config_key keys[] = {
    { "general.logging_interval", NUMBER("1", 0.1, 3600), .help = "Seconds between two samples." },
    { "general.collect_cpu", SWITCH("true"), .help = "Read processors: use, frequency, load, interrupts." },
    { "general.collect_gpu", SWITCH("true"), .help = "Read graphics processors." },
    { "general.collect_ram", SWITCH("true"), .help = "Read memory and swap." },
    { "general.collect_disk", SWITCH("true"), .help = "Read disks and file systems." },
    { "general.collect_network", SWITCH("true"), .help = "Read network interfaces and counts of connections." },
    { "general.collect_power", SWITCH("true"), .help = "Read power meters and batteries." },
    { "general.enable_session_classification", SWITCH("true"), .help = "Tell the kind of workload in reports." },
    { "general.auto_start", NEVER, .help = "Starting with the system is up to the service manager.",
      .answer = "Sonde starts with the system when its service is enabled there, not by this key" },

    { "adapters.disabled", .type = CONFIG_LIST, .fallback = "[]",
      .help = "Adapters that are not opened; `sonde doctor` lists their names." },
    { "adapters.process_walk", CHOICE("auto", "auto bpf taskstats text"),
      .help = "How processes are read: the cheapest way that is permitted, or one; `sonde doctor` says which." },
    { "adapters.directory", TEXT(""),
      .help = "A folder with adapters of your own, programs and shared objects, beside /etc/sonde/adapters.d and "
              "~/.config/sonde/adapters.d; none is run that others could have written." },

    { "analysis.budget_per_day", NUMBER("1", 0.01, 1000),
      .help = "False alarms a day that are tolerated; fewer means that only stronger anomalies are told." },

    { "learning.enabled", SWITCH("true"),
      .help = "While recording, learn what is usual on this machine, and tell what is not as it happens; without, only "
              "reports look for it." },

    { "logs.enabled", SWITCH("true"),
      .help = "Look into the logs of this machine for lines that explain what was unusual: the journal, else files of "
              "syslog, else the ring of the kernel." },
    { "logs.window_minutes", NUMBER("5", 1, 60), .help = "How long before an anomaly a line may stand to explain it." },
    { "logs.journal", TEXT(""), .help = "A directory of journal files; empty: the journal of this machine." },
    { "logs.files", .type = CONFIG_LIST, .fallback = "[]",
      .help = "Files of syslog that are read in any case; without a journal the usual ones are (/var/log/syslog, "
              "messages, kern.log, daemon.log)." },

    { "storage.directory", TEXT(""),
      .help = "Where the archive is; empty: /var/lib/sonde for root, ~/.local/share/sonde for others." },
    { "storage.archive", SWITCH("true"),
      .help = "Keep what is recorded in the archive; without, `sonde record` writes CSV logs (logging.csv) and flight "
              "recordings only, and what is archived already stays as it is." },
    { "storage.max_mb", NUMBER("2048", 64, 100000000),
      .help = "Most that the data directory may hold, MB, with everything in it; the oldest goes first." },
    { "storage.sync_s", NUMBER("10", 0.1, 3600), .help = "Seconds of samples that a loss of power may take." },
    { "storage.keep_days", NUMBER("30", 0, 36500),
      .help = "Days that every sample is kept, and every CSV log; 0: as long as there is room." },
    { "storage.keep_minutes_days", NUMBER("365", 0, 36500),
      .help = "Days that one summary a minute is kept; those of ten minutes stay as long as there is room." },
    { "storage.flight_mb", NUMBER("8", 0.1, 1024),
      .help = "Memory for the last ten minutes with all processes, MB: what a flight recording begins with." },
    { "storage.flight_severity", CHOICE("warning", "info notice warning critical never"),
      .help = "Events from here on start a flight recording, at most one in ten minutes." },
    { "storage.flight_burst_s", NUMBER("10", 0, 600), .help = "Seconds of ten samples each that follow, for its end." },
    { "storage.flight_max_mb", NUMBER("64", 1, 1e6),
      .help = "Most that all flight recordings take of storage.max_mb, MB; the oldest goes first." },

    { "changes.enabled", SWITCH("true"),
      .help = "Tell what changes on the machine while recording: boots, versions, packages, services, mounts, "
              "devices." },

    { "logging.csv", SWITCH("false"), .help = "Write CSV logs beside the archive while recording." },
    { "logging.layout", CHOICE("sonde", "sonde optimetrics"),
      .help = "Their columns: all metrics in one file, or those of OptiMetrics in a file for each kind of hardware." },
    { "logging.log_directory", TEXT("csv"),
      .help = "Where the CSV logs go, below the data directory; outside of it (/...) they do not count for its cap." },
    { "logging.rolling_logs", SWITCH("true"),
      .help = "Begin a new CSV log when one is full; without, only when the day (UTC) is over." },
    { "logging.max_file_size_mb", NUMBER("50", 1, 100000), .help = "Size of a full one, MB." },
    { "logging.max_files_per_day", WHOLE("10", 1, 10000), .help = "CSV logs of one day; the oldest goes first. "
              "Days go by storage.keep_days." },
    { "logging.enable_delta_filtering", SWITCH("true"),
      .help = "Leave cells empty that did not change; without, every cell is written with all digits." },
    { "logging.delta_threshold_percent", NUMBER("2", 0, 100),
      .help = "A change by less than that, or less than the floor of the metric's unit, is none." },
    { "logging.compress_old_logs", SWITCH("true"), .help = "Compress CSV logs that are no longer written (zstd)." },
    { "logging.compress_after_days", NUMBER("1", 0, 3650), .help = "How old they are by then." },

    { "export.textfile", TEXT(""),
      .help = "A file that `sonde record` writes again and again for the textfile collector of node_exporter: a path "
              "that ends in .prom, mode 0644; empty: none." },
    { "export.textfile_interval", NUMBER("15", 1, 3600), .help = "Seconds between two of them." },

    { "ask.endpoint", TEXT(""),
      .help = "A language model that may be asked beside the rules, question by question: the address of an interface "
              "as OpenAI's, http://127.0.0.1:11434/v1. Beyond this machine only https. Empty: there is none." },
    { "ask.model", TEXT(""), .help = "The name of the model there." },
    { "ask.key_file", TEXT(""), .help = "The file of its key, mode 0600; empty: it wants none." },
    { "ask.ca_file", TEXT(""), .help = "Certificates to trust for it, PEM; empty: those of the system." },
    { "ask.timeout", NUMBER("60", 1, 600), .help = "Seconds that its answer may take." },
    { "ask.send_process_names", SWITCH("false"),
      .help = "Send it the names of processes; without, they are \"process 1\", \"process 2\"." },

    { "alerts.enabled", SWITCH("true"),
      .help = "While recording, hold what is recorded against rules, and tell what they say." },
    { "alerts.rules", .type = CONFIG_LIST, .fallback = "[]",
      .help = "Rules of your own, each a text as \"disk busy: disk.util > 90 for 5m\"; `sonde help alerts` has the "
              "words." },
    { "alerts.defaults", SWITCH("true"),
      .help = "The rules that Sonde brings apply, too, but where one of your own has the same name." },
    { "alerts.template", TEXT(""),
      .help = "The text that is told, with {rule}, {state}, {severity}, {metric}, {value}, {since}, {time}, "
              "{duration}, "
              "{text}, {id} in it; empty: {text}." },
    { "alerts.remind_minutes", NUMBER("240", 0, 100000),
      .help = "Minutes until an alert that lasts is told again. 0: never." },
    { "alerts.raise_cooldown_s", NUMBER("300", 0, 1000000),
      .help = "Seconds after an alert was told in which the same one is not told anew, however often it comes back." },
    { "alerts.clear_cooldown_s", NUMBER("60", 0, 1000000),
      .help = "Seconds after its end was told in which its end is not told anew." },
    { "alerts.group_s", NUMBER("5", 0, 3600),
      .help = "Seconds in which alerts of one rule are gathered into one message." },
    { "alerts.grace_s", NUMBER("60", 0, 86400), .help = "Seconds after the start in which nothing is raised." },
    { "alerts.quiet_hours", TEXT(""),
      .help = "When only what is critical is told, in local time: \"22:00-07:00\". Empty: never." },
    { "alerts.desktop", SWITCH("false"),
      .help = "Notifications on the desktop of the user who records. A service has none: there `sonde notify` shows "
              "them." },
    { "alerts.system_log", SWITCH("false"),
      .help = "Entries in the log of the system: the journal, else syslog, else stderr." },
    { "alerts.command", .type = CONFIG_LIST, .fallback = "[]",
      .help = "A program and its arguments, run for each alert without a shell; the alert is JSON on its input and "
              "SONDE_ALERT_* in its environment. Empty: none." },
    { "alerts.command_timeout", NUMBER("30", 0.1, 3600),
      .help = "Seconds after which it is ended, with all it started." },
    { "alerts.webhook.url", TEXT(""),
      .help = "An address that gets each alert as JSON by POST. Beyond this machine only https. Empty: there is "
              "none." },
    { "alerts.webhook.secret_file", TEXT(""),
      .help = "The file of a secret, mode 0600, that signs the body: X-Sonde-Signature: sha256=HEX (HMAC). Empty: "
              "unsigned." },
    { "alerts.webhook.ca_file", TEXT(""), .help = "Certificates to trust for it, PEM; empty: those of the system." },
    { "alerts.webhook.timeout", NUMBER("10", 1, 120),
      .help = "Seconds that an answer may take; what fails is tried again." },
    { "alerts.email.to", .type = CONFIG_LIST, .fallback = "[]", .help = "Addresses that get a mail. Empty: nobody." },
    { "alerts.email.from", TEXT(""), .help = "The address it comes from; empty: as the mail system has it." },
    { "alerts.email.sendmail", TEXT("/usr/sbin/sendmail"), .help = "The program that takes mail, called with -t -i." },

    { "policy.adaptive", SWITCH("false"),
      .help = "While recording, set knobs for the programs of policy.trees by the kind of work, measure, and set back; "
              "without, Sonde sets nothing by itself." },
    { "policy.trees", .type = CONFIG_LIST, .fallback = "[]",
      .help = "Programs that may be touched, with all that they start: names as `ps -o comm` has them, with * and ?. "
              "Empty: none is." },
    { "policy.goal", CHOICE("none", "none latency throughput precision stability power"),
      .help = "What is wanted of them on mains, where policy.classes says nothing of the work." },
    { "policy.goal_on_battery", CHOICE("same", "same none latency throughput precision stability power"),
      .help = "What is wanted on battery, of all work; same: as on mains." },
    { "policy.classes", .type = CONFIG_LIST, .fallback = "[]",
      .help = "Goals by kind of work, as \"gaming=latency\", \"ai_training=throughput\", \"idle=power\"; the kinds are "
              "the categories of session_classification and your own." },
    { "policy.max_changes_per_hour", WHOLE("6", 2, 6),
      .help = "Changes in an hour at most; one begins only where the way back fits, too." },
    { "policy.min_dwell_s", NUMBER("60", 60, 86400), .help = "Seconds that what was set stays, unless it does harm." },
    { "policy.thermal_guard", SWITCH("true"),
      .help = "Set nothing that heats while the processor is within 10 C of its critical mark and above 90 C; where "
              "there is no sensor, no knob of the whole machine." },
    { "policy.system", SWITCH("false"),
      .help = "Knobs of the whole machine may be set, too, such as the governor: they concern all programs." },

    { "push.targets", .type = CONFIG_LIST, .fallback = "[]",
      .help = "Receivers that are sent what is recorded, as texts \"NAME FORMAT URL [metrics=GLOBS] [interval=S] "
              "[token_file=PATH] [user=NAME password_file=PATH] [ca_file=PATH] [host=NAME] [settle=S] [insecure]\"; formats: "
              "remote-write, influx, otlp, jsonl (http, https), graphite (tcp), mqtt (mqtt, mqtts). Empty: nothing is "
              "sent." },
    { "push.backlog_days", NUMBER("0", 0, 36500),
      .help = "Days that what a receiver did not take waits for it; 0: as long as the archive has it." },
    { "push.backlog_mb", NUMBER("0", 0, 100000000),
      .help = "Most of the archive that waits for a receiver, MB; older instants are passed over. 0: no limit but "
              "storage.max_mb." },
    { "push.finish_s", NUMBER("2", 0, 3600),
      .help = "Seconds that a recording waits at its end for receivers; what they lack then is sent at the next "
              "start." },

    { "mcp.http", SWITCH("false"),
      .help = "Assistants may ask `sonde serve` at /mcp (Model Context Protocol), by the rules and tokens of the page; "
              "without, only `sonde mcp` is for them." },
    { "mcp.process_names", SWITCH("true"),
      .help = "Tell assistants the names of processes and services; without, they are \"process 1\", and no lines of "
              "logs are told." },
    { "mcp.mount_points", SWITCH("true"), .help = "Tell assistants the paths of mount points; without, they are \"path 1\"." },
    { "mcp.log_lines", SWITCH("true"), .help = "Tell assistants the lines of logs that matter to a finding." },

    { "hardware_id.use_cryptographic_id", ALWAYS, .help = "The hardware id is a digest.",
      .answer = "the hardware id is always a digest; what it is made of stays on this machine" },
    { "hardware_id.hash_algorithm", CHOICE("sha256", "sha256 sha384 sha512"), .help = "Which digest." },
    { "hardware_id.include_cpu", SWITCH("true"), .help = "The processor's model is part of it." },
    { "hardware_id.include_gpu", SWITCH("true"),
      .help = "The graphics processors' models are part of it; this version reads none." },
    { "hardware_id.include_motherboard", SWITCH("true"), .help = "The board's maker and product are part of it." },
    { "hardware_id.include_ram", SWITCH("false"), .help = "The size of the memory is part of it." },

    { "cloud.enabled", NEVER, .help = "This version uploads nothing anywhere.",
      .answer = "this version uploads nothing; one that can asks for consent again, whatever a file says" },
    { "cloud.provider", CHOICE("gdrive", "gdrive onedrive both"), .help = "Where uploads would go." },
    { "cloud.upload_interval_minutes", NUMBER("60", 1, 10080), .help = "Minutes between two uploads." },
    { "cloud.encrypt_before_upload", ALWAYS, .help = "Whatever leaves this machine is encrypted first.",
      .answer = "whatever leaves this machine is encrypted first, always" },
    { "cloud.encryption.algorithm", CHOICE("AES-256-GCM", "AES-256-GCM"), .help = "The cipher." },
    { "cloud.encryption.key_file", TEXT(""), .help = "The file of the key; empty: one in the data directory." },
    { "cloud.gdrive.folder_name", TEXT("OptiMetrics_Logs"), .help = "The folder there." },
    { "cloud.gdrive.credentials_file", TEXT(""), .help = "The credentials of the application." },
    { "cloud.gdrive.token_file", TEXT(""), .help = "Where the token of the login is kept." },
    { "cloud.onedrive.folder_name", TEXT("OptiMetrics_Logs"), .help = "The folder there." },
    { "cloud.onedrive.credentials_file", TEXT(""), .help = "The credentials of the application." },

    { "session_classification.update_interval", NUMBER("30", 1, 3600), .help = "Seconds between two answers." },
    { "session_classification.confidence_threshold", NUMBER("0.6", 0, 1),
      .help = "Below it the answer is \"unknown\"." },
    { "session_classification.categories", .type = CONFIG_LIST,
      .fallback = "[gaming, ai_training, cad_3d_modeling, graphics_design, video_editing, coding_development, "
                  "document_editing, web_browsing, idle, system_maintenance]",
      .help = "The workloads to tell apart; files in ~/.config/sonde/categories come on top." },

    { "performance.low_priority_mode", SWITCH("true"),
      .help = "The recorder lets other programs go first, but where policy.adaptive is on." },
    { "performance.max_cpu_percent", NUMBER("2", 0, 100),
      .help = "Processor time that Sonde may use, percent of one core; above it the dearest adapter is read less "
              "often. 0: no limit." },
    { "performance.max_rss_mb", NUMBER("256", 0, 65536),
      .help = "Memory that Sonde may use, MB; above it samples in memory are thinned. 0: no limit." },
    { "performance.max_write_mb_per_hour", NUMBER("100", 0, 1000000),
      .help = "What Sonde may write in an hour, MB; more is told in an event. 0: no limit." },
    { "performance.max_buffer_memory_mb", NUMBER("50", 1, 4096), .help = "Samples kept in memory, at most, MB." },
    { "performance.batch_write_size", WHOLE("60", 1, 100000), .help = "Samples written at a time." UNUSED },
    { "performance.cpu_affinity", .type = CONFIG_LIST, .fallback = "[]", .min = 0, .max = 4095, .whole = true,
      .help = "The cores that the recorder may run on; empty: all." },

    { "privacy.collect_process_names", SWITCH("true"),
      .help = "Keep the names of busy processes, on this machine only; without them no report names a process." },
    { "privacy.collect_mount_points", SWITCH("true"),
      .help = "Keep the paths of mount points, on this machine only; without them file systems are not read." },
    { "privacy.collect_log_lines", SWITCH("true"),
      .help = "Read the logs of this machine, and keep lines that may explain a finding, on this machine only; "
              "without, no log is opened." },
    { "privacy.collect_window_titles", NEVER, .help = "Titles of windows are not read.",
      .answer = "titles of windows are never read" },
    { "privacy.collect_user_names", NEVER, .help = "Names of users are not read.",
      .answer = "names of users are never read" },
    { "privacy.collect_file_paths", NEVER, .help = "Which files programs use is not read, nor their arguments.",
      .answer = "which files programs use is never read, nor their arguments" },
    { "privacy.collect_network_addresses", NEVER, .help = "Addresses are not read.",
      .answer = "network addresses are never read" },
    { "privacy.anonymize_hardware", ALWAYS, .help = "Serial numbers are not read, and the hardware id is a digest.",
      .answer = "hardware is always anonymous: no serial numbers, and the hardware id is a digest" },

    { "debug.verbose", SWITCH("false"), .help = "As --verbose: say on stderr what is being done." },
    { "debug.log_level", CHOICE("WARNING", "DEBUG INFO WARNING ERROR CRITICAL"), .help = "What is said on stderr." },
    { "debug.save_debug_logs", SWITCH("false"), .help = "Write what is said to a file, too." UNUSED },
    { "debug.debug_log_file", TEXT(""), .help = "That file." UNUSED },
};

static const struct { const char *name, *help; } sections[] = {
    { "general", "what is read, and how often" },
    { "adapters", "where numbers come from" },
    { "analysis", "what counts as worth telling" },
    { "learning", "what `sonde record` learns while it runs" },
    { "logs", "the logs of the system, in which what is unusual is looked up" },
    { "storage", "the archive: where it is, how much it may hold, for how long" },
    { "changes", "what changed on this machine" },
    { "logging", "the rolling CSV logs of `sonde record`" },
    { "export", "numbers for other programs" },
    { "ask", "questions in words, and a language model that they may be put to as well; none by default" },
    { "alerts", "what is told of by itself, to whom, and how often" },
    { "alerts.webhook", "a server that is told; none by default" },
    { "alerts.email", "mail by the mail system of this machine; none by default" },
    { "policy", "what may be set on this machine by itself; nothing by default" },
    { "push", "receivers that get what is recorded; none by default" },
    { "mcp", "what assistants that a person connects are told (sonde mcp); whoever runs one decides where that goes" },
    { "hardware_id", "the anonymous name of this machine" },
    { "cloud", "contributing data; this version uploads nothing" },
    { "cloud.encryption", "how it would be encrypted" },
    { "cloud.gdrive", "Google Drive" },
    { "cloud.onedrive", "OneDrive" },
    { "session_classification", "the kind of workload" },
    { "performance", "what Sonde may cost" },
    { "privacy", "what is kept about people; it leaves this machine only as ask, mcp, alerts and push say" },
    { "debug", "messages about Sonde itself" },
};

const struct config_key *config_keys(size_t *n)
{
    *n = sizeof keys / sizeof *keys;
    return keys;
}

const char *config_section_help(const char *section)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strcmp(sections[i].name, section) == 0)
            return sections[i].help;
    return NULL;
}

const char *config_leaf(const struct config_key *key)
{
    return strrchr(key->name, '.') + 1;
}

bool config_enter(const struct config_key *key, char section[static CONFIG_SECTION_SIZE])
{
    int n = (int)(config_leaf(key) - 1 - key->name);
    if (strncmp(section, key->name, (size_t)n) == 0 && !section[n])
        return false;
    snprintf(section, CONFIG_SECTION_SIZE, "%.*s", n, key->name);
    return true;
}
