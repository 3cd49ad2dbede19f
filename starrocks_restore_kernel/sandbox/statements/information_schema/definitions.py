"""The columns of the system tables, with their types (com/starrocks/catalog/system/information and …/sys).

``type: NAME NAME; type: NAME …``, in the server's order. Two columns of be_datacache_metrics are an array and a map of
the server's; they are JSON here.
"""

from __future__ import annotations

__all__ = ["INFORMATION_SCHEMA", "SYS"]

INFORMATION_SCHEMA = {
    "analyze_status": (
        "varchar(60): Id; varchar(2048): Catalog; varchar(60): Database Table; varchar(200): Columns; "
        "varchar(20): Type Schedule Status; varchar(60): StartTime EndTime; varchar(200): Properties; "
        "varchar(100): Reason"
    ),
    "applicable_roles": (
        "varchar(97): USER; varchar(256): HOST; varchar(97): GRANTEE; varchar(256): GRANTEE_HOST; varchar(255): "
        "ROLE_NAME; varchar(256): ROLE_HOST; varchar(3): IS_GRANTABLE IS_DEFAULT IS_MANDATORY"
    ),
    "be_bvars": "bigint: BE_ID; varchar(2048): NAME VALUE",
    "be_cloud_native_compactions": (
        "bigint: BE_ID TXN_ID TABLET_ID VERSION; boolean: SKIPPED; int: RUNS; datetime: START_TIME FINISH_TIME; "
        "int: PROGRESS; varchar(65533): STATUS PROFILE"
    ),
    "be_compactions": (
        "bigint: BE_ID CANDIDATES_NUM BASE_COMPACTION_CONCURRENCY CUMULATIVE_COMPACTION_CONCURRENCY; double: "
        "LATEST_COMPACTION_SCORE CANDIDATE_MAX_SCORE; bigint: MANUAL_COMPACTION_CONCURRENCY "
        "MANUAL_COMPACTION_CANDIDATES_NUM"
    ),
    "be_configs": "bigint: BE_ID; varchar(2048): NAME VALUE TYPE DEFAULT; boolean: MUTABLE",
    "be_datacache_metrics": (
        "bigint: BE_ID; varchar(2048): STATUS; bigint: DISK_QUOTA_BYTES DISK_USED_BYTES MEM_QUOTA_BYTES "
        "MEM_USED_BYTES META_USED_BYTES; json: DIR_SPACES USED_BYTES_DETAIL"
    ),
    "be_logs": "bigint: BE_ID; varchar(2048): LEVEL; bigint: TIMESTAMP TID; varchar(2048): LOG",
    "be_metrics": "bigint: BE_ID; varchar(2048): NAME LABELS; bigint: VALUE",
    "be_tablets": (
        "bigint: BE_ID TABLE_ID PARTITION_ID TABLET_ID NUM_VERSION MAX_VERSION MIN_VERSION NUM_ROWSET NUM_ROW "
        "DATA_SIZE INDEX_MEM CREATE_TIME; varchar(2048): STATE TYPE DATA_DIR; bigint: SHARD_ID SCHEMA_HASH "
        "INDEX_DISK; varchar(2048): MEDIUM_TYPE; bigint: NUM_SEGMENT"
    ),
    "be_threads": (
        "bigint: BE_ID; varchar(2048): GROUP NAME; bigint: PTHREAD_ID TID; boolean: IDLE; bigint: FINISHED_TASKS "
        "BOUND_CPUS"
    ),
    "be_txns": (
        "bigint: BE_ID; varchar(2048): LOAD_ID; bigint: TXN_ID PARTITION_ID TABLET_ID CREATE_TIME COMMIT_TIME "
        "PUBLISH_TIME; varchar(2048): ROWSET_ID; bigint: NUM_SEGMENT NUM_DELFILE NUM_ROW DATA_SIZE VERSION"
    ),
    "character_sets": (
        "varchar(512): CHARACTER_SET_NAME; varchar(64): DEFAULT_COLLATE_NAME DESCRIPTION; bigint: MAXLEN"
    ),
    "cluster_snapshot_jobs": (
        "varchar(2048): SNAPSHOT_NAME; bigint: JOB_ID; datetime: CREATED_TIME FINISHED_TIME; varchar(2048): STATE "
        "DETAIL_INFO ERROR_MESSAGE"
    ),
    "cluster_snapshots": (
        "varchar(2048): SNAPSHOT_NAME SNAPSHOT_TYPE; datetime: CREATED_TIME; bigint: FE_JOURNAL_ID "
        "STARMGR_JOURNAL_ID; varchar(2048): PROPERTIES STORAGE_VOLUME STORAGE_PATH"
    ),
    "collations": (
        "varchar(512): COLLATION_NAME; varchar(64): CHARACTER_SET_NAME; bigint: ID; varchar(64): IS_DEFAULT "
        "IS_COMPILED; bigint: SORTLEN"
    ),
    "column_privileges": (
        "varchar(2048): GRANTEE TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME PRIVILEGE_TYPE IS_GRANTABLE"
    ),
    "column_stats_usage": (
        "varchar(2048): TABLE_CATALOG TABLE_DATABASE TABLE_NAME COLUMN_NAME; varchar(65533): USAGE; datetime: "
        "LAST_USED CREATED"
    ),
    "columns": (
        "varchar(512): TABLE_CATALOG; varchar(64): TABLE_SCHEMA TABLE_NAME COLUMN_NAME; bigint: ORDINAL_POSITION; "
        "varchar(1024): COLUMN_DEFAULT; varchar(3): IS_NULLABLE; varchar(64): DATA_TYPE; bigint: "
        "CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_SCALE DATETIME_PRECISION; "
        "varchar(32): CHARACTER_SET_NAME COLLATION_NAME COLUMN_TYPE; varchar(3): COLUMN_KEY; varchar(27): EXTRA; "
        "varchar(80): PRIVILEGES; varchar(255): COLUMN_COMMENT; bigint: COLUMN_SIZE DECIMAL_DIGITS; varchar(64): "
        "GENERATION_EXPRESSION; bigint: SRS_ID"
    ),
    "dynamic_tablet_jobs": (
        "bigint: JOB_ID DB_ID; varchar(2048): DB_NAME; bigint: TABLE_ID; varchar(2048): TABLE_NAME JOB_TYPE "
        "JOB_STATE; bigint: TRANSACTION_ID PARALLEL_PARTITIONS PARALLEL_TABLETS; datetime: CREATED_TIME "
        "FINISHED_TIME; varchar(2048): ERROR_MESSAGE"
    ),
    "engines": (
        "varchar(64): ENGINE; varchar(8): SUPPORT; varchar(80): COMMENT; varchar(3): TRANSACTIONS XA SAVEPOINTS"
    ),
    "events": (
        "varchar(64): EVENT_CATALOG EVENT_SCHEMA EVENT_NAME; varchar(77): DEFINER; varchar(64): TIME_ZONE; "
        "varchar(8): EVENT_BODY; varchar(65535): EVENT_DEFINITION; varchar(9): EVENT_TYPE; datetime: EXECUTE_AT; "
        "varchar(256): INTERVAL_VALUE; varchar(18): INTERVAL_FIELD; varchar(8192): SQL_MODE; datetime: STARTS "
        "ENDS; varchar(18): STATUS; varchar(12): ON_COMPLETION; datetime: CREATED LAST_ALTERED LAST_EXECUTED; "
        "varchar(64): EVENT_COMMENT; bigint: ORIGINATOR; varchar(32): CHARACTER_SET_CLIENT COLLATION_CONNECTION "
        "DATABASE_COLLATION"
    ),
    "fe_metrics": "varchar(2048): FE_ID NAME LABELS; bigint: VALUE",
    "fe_tablet_schedules": (
        "bigint: TABLET_ID TABLE_ID PARTITION_ID; varchar(2048): TYPE STATE SCHEDULE_REASON MEDIUM PRIORITY "
        "ORIG_PRIORITY; datetime: LAST_PRIORITY_ADJUST_TIME; bigint: VISIBLE_VERSION COMMITTED_VERSION SRC_BE_ID; "
        "varchar(2048): SRC_PATH; bigint: DEST_BE_ID; varchar(2048): DEST_PATH; bigint: TIMEOUT; datetime: "
        "CREATE_TIME SCHEDULE_TIME FINISH_TIME; bigint: CLONE_BYTES; double: CLONE_DURATION CLONE_RATE; int: "
        "FAILED_SCHEDULE_COUNT FAILED_RUNNING_COUNT; varchar(2048): MSG"
    ),
    "global_variables": "varchar(64): VARIABLE_NAME; varchar(1024): VARIABLE_VALUE",
    "key_column_usage": (
        "varchar(2048): CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG TABLE_SCHEMA "
        "TABLE_NAME COLUMN_NAME; bigint: ORDINAL_POSITION POSITION_IN_UNIQUE_CONSTRAINT; varchar(64): "
        "REFERENCED_TABLE_SCHEMA REFERENCED_TABLE_NAME REFERENCED_COLUMN_NAME"
    ),
    "keywords": "varchar(128): WORD; boolean: RESERVED",
    "load_tracking_logs": (
        "bigint: ID JOB_ID; varchar(2048): LABEL DATABASE_NAME; varchar(65535): TRACKING_LOG; varchar(2048): TYPE"
    ),
    "loads": (
        "bigint: ID; varchar(2048): LABEL PROFILE_ID DB_NAME TABLE_NAME USER WAREHOUSE STATE PROGRESS TYPE "
        "PRIORITY; bigint: SCAN_ROWS SCAN_BYTES FILTERED_ROWS UNSELECTED_ROWS SINK_ROWS; json: RUNTIME_DETAILS; "
        "datetime: CREATE_TIME LOAD_START_TIME LOAD_COMMIT_TIME LOAD_FINISH_TIME; json: PROPERTIES; "
        "varchar(2048): ERROR_MSG TRACKING_SQL REJECTED_RECORD_PATH; bigint: JOB_ID"
    ),
    "materialized_views": (
        "bigint: MATERIALIZED_VIEW_ID; varchar(20): TABLE_SCHEMA; varchar(50): TABLE_NAME; varchar(20): "
        "REFRESH_TYPE; varchar(10): IS_ACTIVE; varchar(1024): INACTIVE_REASON; varchar(16): PARTITION_TYPE; "
        "bigint: TASK_ID; varchar(50): TASK_NAME; datetime: LAST_REFRESH_START_TIME LAST_REFRESH_FINISHED_TIME; "
        "double: LAST_REFRESH_DURATION; varchar(20): LAST_REFRESH_STATE; varchar(8): LAST_REFRESH_FORCE_REFRESH; "
        "varchar(1024): LAST_REFRESH_START_PARTITION LAST_REFRESH_END_PARTITION "
        "LAST_REFRESH_BASE_REFRESH_PARTITIONS LAST_REFRESH_MV_REFRESH_PARTITIONS; varchar(20): "
        "LAST_REFRESH_ERROR_CODE; varchar(1024): LAST_REFRESH_ERROR_MESSAGE; bigint: TABLE_ROWS; varchar(65535): "
        "MATERIALIZED_VIEW_DEFINITION; varchar(1024): EXTRA_MESSAGE; varchar(64): QUERY_REWRITE_STATUS CREATOR; "
        "datetime: LAST_REFRESH_PROCESS_TIME; varchar(64): LAST_REFRESH_JOB_ID"
    ),
    "partitions": (
        "varchar(512): TABLE_CATALOG; varchar(2048): TABLE_SCHEMA TABLE_NAME PARTITION_NAME SUBPARTITION_NAME; "
        "bigint: PARTITION_ORDINAL_POSITION; varchar(2048): PARTITION_METHOD SUBPARTITION_METHOD "
        "PARTITION_EXPRESSION SUBPARTITION_EXPRESSION PARTITION_DESCRIPTION; bigint: TABLE_ROWS AVG_ROW_LENGTH "
        "DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH DATA_FREE; datetime: CREATE_TIME UPDATE_TIME CHECK_TIME; "
        "bigint: CHECKSUM; varchar(2048): PARTITION_COMMENT NODEGROUP TABLESPACE_NAME; bigint: "
        "SUBPARTITION_ORDINAL_POSITION"
    ),
    "partitions_meta": (
        "varchar(2048): DB_NAME TABLE_NAME PARTITION_NAME; bigint: PARTITION_ID COMPACT_VERSION VISIBLE_VERSION; "
        "datetime: VISIBLE_VERSION_TIME; bigint: NEXT_VERSION DATA_VERSION VERSION_EPOCH; varchar(2048): "
        "VERSION_TXN_TYPE PARTITION_KEY PARTITION_VALUE DISTRIBUTION_KEY; int: BUCKETS REPLICATION_NUM; "
        "varchar(2048): STORAGE_MEDIUM; datetime: COOLDOWN_TIME LAST_CONSISTENCY_CHECK_TIME; boolean: "
        "IS_IN_MEMORY IS_TEMP; bigint: DATA_SIZE ROW_COUNT; boolean: ENABLE_DATACACHE; double: AVG_CS P50_CS "
        "MAX_CS; varchar(2048): STORAGE_PATH; bigint: STORAGE_SIZE; boolean: TABLET_BALANCED; bigint: "
        "METADATA_SWITCH_VERSION PATH_ID"
    ),
    "pipe_files": (
        "varchar(2048): DATABASE_NAME; bigint: PIPE_ID; varchar(2048): PIPE_NAME FILE_NAME FILE_VERSION; bigint: "
        "FILE_SIZE; varchar(16): LAST_MODIFIED; varchar(8): LOAD_STATE; varchar(16): STAGED_TIME START_LOAD_TIME "
        "FINISH_LOAD_TIME; varchar(512): ERROR_MSG"
    ),
    "pipes": (
        "varchar(2048): DATABASE_NAME; bigint: PIPE_ID; varchar(2048): PIPE_NAME; varchar(1024): PROPERTIES; "
        "varchar(8): STATE; varchar(2048): TABLE_NAME LOAD_STATUS LAST_ERROR; datetime: CREATED_TIME"
    ),
    "recyclebin_catalogs": "varchar(2048): TYPE NAME; bigint: DB_ID TABLE_ID PARTITION_ID; datetime: DROP_TIME",
    "referential_constraints": (
        "varchar(2048): CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME UNIQUE_CONSTRAINT_CATALOG "
        "UNIQUE_CONSTRAINT_SCHEMA UNIQUE_CONSTRAINT_NAME MATCH_OPTION UPDATE_RULE DELETE_RULE TABLE_NAME "
        "REFERENCED_TABLE_NAME"
    ),
    "routine_load_jobs": (
        "bigint: ID; varchar(2048): NAME; datetime: CREATE_TIME PAUSE_TIME END_TIME; varchar(2048): DB_NAME "
        "TABLE_NAME STATE DATA_SOURCE_TYPE; bigint: CURRENT_TASK_NUM; varchar(2048): JOB_PROPERTIES "
        "DATA_SOURCE_PROPERTIES CUSTOM_PROPERTIES STATISTICS PROGRESS REASONS_OF_STATE_CHANGED ERROR_LOG_URLS "
        "TRACKING_SQL OTHER_MSG; json: LATEST_SOURCE_POSITION OFFSET_LAG TIMESTAMP_PROGRESS"
    ),
    "routines": (
        "varchar(2048): SPECIFIC_NAME ROUTINE_CATALOG ROUTINE_SCHEMA ROUTINE_NAME ROUTINE_TYPE DTD_IDENTIFIER "
        "ROUTINE_BODY ROUTINE_DEFINITION EXTERNAL_NAME EXTERNAL_LANGUAGE PARAMETER_STYLE IS_DETERMINISTIC "
        "SQL_DATA_ACCESS SQL_PATH SECURITY_TYPE; datetime: CREATED LAST_ALTERED; varchar(2048): SQL_MODE "
        "ROUTINE_COMMENT DEFINER CHARACTER_SET_CLIENT COLLATION_CONNECTION DATABASE_COLLATION"
    ),
    "schema_privileges": (
        "varchar(81): GRANTEE; varchar(512): TABLE_CATALOG; varchar(2048): TABLE_SCHEMA PRIVILEGE_TYPE; "
        "varchar(3): IS_GRANTABLE"
    ),
    "schemata": (
        "varchar(512): CATALOG_NAME; varchar(32): SCHEMA_NAME DEFAULT_CHARACTER_SET_NAME DEFAULT_COLLATION_NAME; "
        "varchar(512): SQL_PATH"
    ),
    "session_variables": "varchar(64): VARIABLE_NAME; varchar(1024): VARIABLE_VALUE",
    "statistics": (
        "varchar(512): TABLE_CATALOG; varchar(64): TABLE_SCHEMA TABLE_NAME; bigint: NON_UNIQUE; varchar(64): "
        "INDEX_SCHEMA INDEX_NAME; bigint: SEQ_IN_INDEX; varchar(64): COLUMN_NAME; varchar(1): COLLATION; bigint: "
        "CARDINALITY SUB_PART; varchar(10): PACKED; varchar(3): NULLABLE; varchar(16): INDEX_TYPE COMMENT; "
        "varchar(1024): INDEX_COMMENT; varchar(65535): EXPRESSION"
    ),
    "stream_loads": (
        "varchar(2048): LABEL; bigint: ID; varchar(2048): LOAD_ID; bigint: TXN_ID; varchar(2048): DB_NAME "
        "TABLE_NAME STATE ERROR_MSG TRACKING_URL; bigint: CHANNEL_NUM PREPARED_CHANNEL_NUM NUM_ROWS_NORMAL "
        "NUM_ROWS_AB_NORMAL NUM_ROWS_UNSELECTED NUM_LOAD_BYTES TIMEOUT_SECOND; datetime: CREATE_TIME_MS "
        "BEFORE_LOAD_TIME_MS START_LOADING_TIME_MS START_PREPARING_TIME_MS FINISH_PREPARING_TIME_MS END_TIME_MS; "
        "varchar(2048): CHANNEL_STATE TYPE TRACKING_SQL"
    ),
    "table_constraints": (
        "varchar(512): CONSTRAINT_CATALOG; varchar(64): CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_SCHEMA TABLE_NAME "
        "CONSTRAINT_TYPE; varchar(3): ENFORCED"
    ),
    "table_privileges": "varchar(2048): GRANTEE TABLE_CATALOG TABLE_SCHEMA TABLE_NAME PRIVILEGE_TYPE IS_GRANTABLE",
    "tables": (
        "varchar(512): TABLE_CATALOG; varchar(2048): TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE; bigint: VERSION; "
        "varchar(10): ROW_FORMAT; bigint: TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH "
        "DATA_FREE AUTO_INCREMENT; datetime: CREATE_TIME UPDATE_TIME CHECK_TIME; varchar(32): TABLE_COLLATION; "
        "bigint: CHECKSUM; varchar(255): CREATE_OPTIONS; varchar(2048): TABLE_COMMENT"
    ),
    "tables_config": (
        "varchar(2048): TABLE_SCHEMA TABLE_NAME TABLE_ENGINE TABLE_MODEL PRIMARY_KEY PARTITION_KEY DISTRIBUTE_KEY "
        "DISTRIBUTE_TYPE; int: DISTRIBUTE_BUCKET; varchar(2048): SORT_KEY; varchar(65535): PROPERTIES; bigint: "
        "TABLE_ID"
    ),
    "task_runs": (
        "varchar(64): QUERY_ID TASK_NAME; datetime: CREATE_TIME FINISH_TIME; varchar(16): STATE; varchar(64): "
        "CATALOG DATABASE; varchar(65535): DEFINITION; datetime: EXPIRE_TIME; bigint: ERROR_CODE; varchar(65535): "
        "ERROR_MESSAGE; varchar(64): PROGRESS; varchar(8192): EXTRA_MESSAGE; varchar(512): PROPERTIES; "
        "varchar(64): JOB_ID; datetime: PROCESS_TIME"
    ),
    "tasks": (
        "varchar(64): TASK_NAME; datetime: CREATE_TIME; varchar(64): SCHEDULE CATALOG DATABASE; varchar(65535): "
        "DEFINITION; datetime: EXPIRE_TIME; varchar(65535): PROPERTIES; varchar(64): CREATOR"
    ),
    "temp_tables": (
        "varchar(512): TABLE_CATALOG; varchar(2048): TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE; bigint: VERSION; "
        "varchar(10): ROW_FORMAT; bigint: TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH MAX_DATA_LENGTH INDEX_LENGTH "
        "DATA_FREE AUTO_INCREMENT; datetime: CREATE_TIME UPDATE_TIME CHECK_TIME; varchar(32): TABLE_COLLATION; "
        "bigint: CHECKSUM; varchar(255): CREATE_OPTIONS; varchar(2048): TABLE_COMMENT; varchar(128): SESSION; "
        "bigint: TABLE_ID"
    ),
    "triggers": (
        "varchar(512): TRIGGER_CATALOG; varchar(64): TRIGGER_SCHEMA TRIGGER_NAME; varchar(6): EVENT_MANIPULATION; "
        "varchar(512): EVENT_OBJECT_CATALOG; varchar(64): EVENT_OBJECT_SCHEMA EVENT_OBJECT_TABLE; bigint: "
        "ACTION_ORDER; varchar(65535): ACTION_CONDITION ACTION_STATEMENT; varchar(9): ACTION_ORIENTATION; "
        "varchar(6): ACTION_TIMING; varchar(64): ACTION_REFERENCE_OLD_TABLE ACTION_REFERENCE_NEW_TABLE; "
        "varchar(3): ACTION_REFERENCE_OLD_ROW ACTION_REFERENCE_NEW_ROW; datetime: CREATED; varchar(8192): "
        "SQL_MODE; varchar(77): DEFINER; varchar(32): CHARACTER_SET_CLIENT COLLATION_CONNECTION "
        "DATABASE_COLLATION"
    ),
    "user_privileges": (
        "varchar(81): GRANTEE; varchar(512): TABLE_CATALOG; varchar(2048): PRIVILEGE_TYPE; varchar(3): IS_GRANTABLE"
    ),
    "verbose_session_variables": (
        "varchar(64): VARIABLE_NAME; varchar(1024): VARIABLE_VALUE DEFAULT_VALUE; boolean: IS_CHANGED"
    ),
    "views": (
        "varchar(512): TABLE_CATALOG; varchar(64): TABLE_SCHEMA TABLE_NAME; varchar(65535): VIEW_DEFINITION; "
        "varchar(8): CHECK_OPTION; varchar(3): IS_UPDATABLE; varchar(77): DEFINER; varchar(7): SECURITY_TYPE; "
        "varchar(32): CHARACTER_SET_CLIENT COLLATION_CONNECTION"
    ),
    "warehouse_metrics": (
        "bigint: WAREHOUSE_ID; varchar(2048): WAREHOUSE_NAME QUEUE_PENDING_LENGTH QUEUE_RUNNING_LENGTH "
        "MAX_PENDING_LENGTH MAX_PENDING_TIME_SECOND EARLIEST_QUERY_WAIT_TIME MAX_REQUIRED_SLOTS "
        "SUM_REQUIRED_SLOTS REMAIN_SLOTS MAX_SLOTS EXTRA_MESSAGE"
    ),
    "warehouse_queries": (
        "bigint: WAREHOUSE_ID; varchar(2048): WAREHOUSE_NAME QUERY_ID STATE EST_COSTS_SLOTS ALLOCATE_SLOTS "
        "QUEUED_WAIT_SECONDS QUERY QUERY_START_TIME QUERY_END_TIME QUERY_DURATION EXTRA_MESSAGE"
    ),
}

SYS = {
    "fe_locks": (
        "varchar(64): lock_type lock_object lock_mode; datetime: start_time; bigint: hold_time_ms; varchar(64): "
        "thread_info; boolean: granted; varchar(2048): waiter_list"
    ),
    "fe_memory_usage": (
        "varchar(256): module_name class_name; bigint: current_consumption peak_consumption; varchar(65532): "
        "counter_info"
    ),
    "grants_to_roles": (
        "varchar(2048): GRANTEE OBJECT_CATALOG OBJECT_DATABASE OBJECT_NAME OBJECT_TYPE PRIVILEGE_TYPE IS_GRANTABLE"
    ),
    "grants_to_users": (
        "varchar(2048): GRANTEE OBJECT_CATALOG OBJECT_DATABASE OBJECT_NAME OBJECT_TYPE PRIVILEGE_TYPE IS_GRANTABLE"
    ),
    "object_dependencies": (
        "bigint: object_id; varchar(2048): object_name object_database object_catalog; varchar(64): object_type; "
        "bigint: ref_object_id; varchar(2048): ref_object_name ref_object_database ref_object_catalog; "
        "varchar(64): ref_object_type"
    ),
    "role_edges": "varchar(2048): FROM_ROLE TO_ROLE TO_USER",
}
