-- `features` and `all_keys` are of the news alone here; the base takes them in.
delete from base_features where record_id in (from news union all from gone);
delete from base_keys where record_id in (from news union all from gone);
insert into base_features by name from features;
insert into base_keys by name from all_keys;
