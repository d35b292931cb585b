-- The whole auth database without Java: group roles, schema, routines, stored-procedure API.
--
--     psql -X -d DATABASE -f sql/install.sql
--
-- Run it the first time as `authserver db bootstrap` is run: as a superuser, or as a role with CREATEROLE that may create
-- schemas in the database. Later a member of authserver_owner can run it too. One transaction; running it again changes nothing;
-- on an older schema it applies what is missing. It records what `authserver db migrate` records, so either can follow the other.
--
-- Names and checksums (SHA-256 of the files) are written by InstallScriptTest.

\set newest 16
\ir install/begin.sql

\set file 0001_auth_database
\set version 1
\set checksum edb42a9a274ebc7d2d0a338e478c17dd9503aa8cdba3a2d4117af7b1dac71307
\ir install/migration.sql
\set file 0002_signing_profile
\set version 2
\set checksum b83cd066126ce844225ebe7d442cf290937a2a96b124985417bfe1ea39b5a806
\ir install/migration.sql
\set file 0003_key_life
\set version 3
\set checksum e531cf0de469d4d670e8bd2c27d96cc44c7848dfa3acfbc8c915f0a3630134a2
\ir install/migration.sql
\set file 0004_delivery_outcome
\set version 4
\set checksum 5bc952d71a65e546b61b8f23b6ab2ccab324452d97236ba65b1131d5634675c7
\ir install/migration.sql
\set file 0005_srs_token
\set version 5
\set checksum 31d8d5c176fe3b7a6fce7984603972840a9ebf1faf1a9e61f8a862b3c89d0cb5
\ir install/migration.sql
\set file 0006_domain_redirect_index
\set version 6
\set checksum 2b607835c1411fd81dbfbab7364cfe6324dac9c0edc979b9a58b55a3fd4a21fa
\ir install/migration.sql
\set file 0007_catch_all
\set version 7
\set checksum 525329c57af954db1996816ecdbeb4b154fbd8cf810b96010865cbc1de2028ab
\ir install/migration.sql
\set file 0008_active
\set version 8
\set checksum 10cc070ead76b52a152cd8f6a83fa64a27043300557f562f550675f2b5329a58
\ir install/migration.sql
\set file 0009_expansion
\set version 9
\set checksum b6b07da18fd39e1e5faf2efe424cae8da8797cecab63ae9fcc06c24060d46e92
\ir install/migration.sql
\set file 0010_mark_key
\set version 10
\set checksum 902b5a49884cff69e9750395eca1bc4f4bef2272faf6f64c5e8b878db2656248
\ir install/migration.sql
\set file 0011_author
\set version 11
\set checksum 7be23b98375b76578fd024f6965632d37a56f8d9668abf85269878da0613a6e4
\ir install/migration.sql
\set file 0012_site
\set version 12
\set checksum 221281e9dbf3195ff569cc75d203fbba44425353d15be3bf39130c2a8a4cef4a
\ir install/migration.sql
\set file 0013_srs
\set version 13
\set checksum b24db1f9b10db2ed4ab079e4fba99ca2e0fbf59ae3f329373d5e68bf3b703490
\ir install/migration.sql
\set file 0014_delimiter
\set version 14
\set checksum 48d17d44a97b13af78060d2cdcec3d973d1a07f9f6605ba45db5ab6e565ab276
\ir install/migration.sql
\set file 0015_lists
\set version 15
\set checksum 20d0879f1084f1e24eb6ce6780a72deddf6c6c423ce38723470bc7527f2c503a
\ir install/migration.sql
\set file 0016_reports
\set version 16
\set checksum e1a79c83710fb029e5b36a3acfd7956a4bd5cd1379c612115e33d872c61dc649
\ir install/migration.sql

\set file 010_schema_version
\set checksum 28ec7e4091c6ff88cfc262ae9b89f9de9e9372a3d70c88889b08937ee8c45a9f
\ir install/routine.sql
\set file 020_split_address
\set checksum d8eef129791849f9b137d3e97fb1b3b9ca6d388919b3c314de60caab65791d3a
\ir install/routine.sql
\set file 035_look_up_list_owner
\set checksum 600d1c52dfc326954b9a190ab0a2ec5227297449692b360074cc04a40371cdd8
\ir install/routine.sql
\set file 040_look_up
\set checksum 1589bd504ffab5958827f3d4203e3ddfc9ca69c3da5a9ebbc1cba2fdcc2d09c5
\ir install/routine.sql
\set file 042_find_owner
\set checksum 31de88e879839ba6212b3408a5d1739e234aff005a894f47ca78614472d76337
\ir install/routine.sql
\set file 044_closest_domain
\set checksum 4e72cce762922d121d65b626c08053e0e9e2f95222094cf19314b042c2eb0a85
\ir install/routine.sql
\set file 045_look_up_list
\set checksum 382e7d8cde3a15fdb64d8db79697637a5489d47112f231b19d8b0603b9035d1c
\ir install/routine.sql
\set file 046_has_address_in
\set checksum 60a4508c2725b6bc3f24a09291db5eb1cdc3ec0355d987fb846f9932f077299a
\ir install/routine.sql
\set file 048_takes_mail
\set checksum 894babe714e03d810b4107cdf0697aa3fef77a47e7d443f91f74df51939b1f4a
\ir install/routine.sql
\set file 052_doubt_lists_at
\set checksum ebbd843491a53cf7671cafff3e5c422dc0218c51ad1c72e621a20236b59acadb
\ir install/routine.sql
\set file 054_doubt_lists_above
\set checksum df63f4934e2440019d70b58da5787bd636b0f06c4f4285b29fa7115927c3f8bc
\ir install/routine.sql
\set file 056_doubt_lists_of
\set checksum ee9c4dbaa738d96231d9b908cc207790f0c9b3d40707e3b55900f5ae6c936a06
\ir install/routine.sql
\set file 100_signer_keys
\set checksum ac20db5583b2c738a0ab953e11fe29febb92bd92d17ed1f1d12f331579b211f3
\ir install/routine.sql
\set file 102_signer_profiles
\set checksum 55bee35b93f5630f150dcb1c8d97ea663ba4b638347e34d5082a9e4e2da09f5f
\ir install/routine.sql
\set file 105_signer_wrapping_keys
\set checksum b311af9f52d174457a029357238c4764b6d660825945047cb3115b97b395e0cb
\ir install/routine.sql
\set file 108_forwarder_expand_at_most
\set checksum 8c1c4eb8a4018f598bf8c6c8fd5ab68cf7f916c163ee3f6ceaaf5fa37eff7383
\ir install/routine.sql
\set file 110_forwarder_route
\set checksum 2206aaaf8c616f085e6bfb08decad2b7770f20b89b722e696aeb4f5086c1546c
\ir install/routine.sql
\set file 111_forwarder_expand
\set checksum 021c3651329a496b74807b7af4ec74e650924edd870c1539f40d8421b3bf4d9e
\ir install/routine.sql
\set file 112_forwarder_outcomes
\set checksum 124ee0a03587c9d2e234c6bb80b2801115872d4d2fdb88e7e645fc95a51d848a
\ir install/routine.sql
\set file 114_forwarder_pending_envelopes
\set checksum cda484f1f8e4da149fffa4a21be063f61101f35a795f7d3687652b3475d4f0a7
\ir install/routine.sql
\set file 115_judge_list
\set checksum c873ae4fcf7652d4f2f05c534c76e7191d0ab419d50b26eb4592b6f0e767626e
\ir install/routine.sql
\set file 116_forwarder_store_outcomes
\set checksum 61a01b3f25fd4a665d8a7d6486e092282909f65d9e2b334ffb8d9e3a2caea265
\ir install/routine.sql
\set file 117_judge_lists
\set checksum 665b7e1f652e6d9cb26a9a8ab4b79ac4b16d32502e82306f71b91525f2abff44
\ir install/routine.sql
\set file 118_forwarder_claim_report
\set checksum d05040ebbe0190d9ae4acd46993fbbfea6d66e6be91abb5a0dbaebe9960199aa
\ir install/routine.sql
\set file 118_forwarder_max_targets
\set checksum fd27d37cc93150b54d75752f4775449eab014b6c99695aeeb9e92846678398b9
\ir install/routine.sql
\set file 120_forwarder_keep_srs_tokens
\set checksum e69b3edb62e9bec7d00e9a02464fb96c213a6397c5e4555fd430f17f82804dd6
\ir install/routine.sql
\set file 122_forwarder_find_srs_tokens
\set checksum 3c62f565425264038a0fbb7a4e9fac10fcab28b347f087a7c280ca28c3cd27f5
\ir install/routine.sql
\set file 125_forwarder_judge_author
\set checksum b2cac89a68d73fb187cc3423f7c73046ee3990b6fec0d768c22c1919d577a00f
\ir install/routine.sql
\set file 130_mark_keys
\set checksum efab7bfc2eccdc3dd8ab32eb8c8fd72433c08dd3d501f1d26ed3ed973c1d7055
\ir install/routine.sql
\set file 132_rotate_mark_keys
\set checksum 0574e8088ddcac2754d0b301a233082dcbef7eef3f9a8c37125b7707d06f8adf
\ir install/routine.sql
\set file 133_srs_pads
\set checksum f09576029075702c749c0e921db2f2d2a6657f698bf8b8af50969e7bb3d1561d
\ir install/routine.sql
\set file 134_srs_secrets
\set checksum 82d3544f1c15ad62c2dae83de9c289f203cd82a4eaf01939a5cdcfa7cb0e6a7f
\ir install/routine.sql
\set file 135_srs_site
\set checksum bf9814d1e3fe926aeba544a4e888fa90c52c0a01a8558ae36ac8358f290b0b6a
\ir install/routine.sql
\set file 136_forwarder_register_srs_secrets
\set checksum cbb3aababb42fae28ccd3fb52ce8cfe1fc874c11a67f81d90d8117a73b32f390
\ir install/routine.sql
\set file 137_set_srs_form
\set checksum cc318954e32c63144b7c10d956cdaca84991c84c77d665e8e9a6953309407a76
\ir install/routine.sql
\set file 138_create_srs_secret
\set checksum 951daa4310e54ec622f3c3cbd740ee5961b06504e02fc80650ba0c662baf43e9
\ir install/routine.sql
\set file 139_retire_srs_secret
\set checksum 0334e1ea5fc7df37ceb81cbf06d48356e1a86d5acecff73cae2a35bbd4c13372
\ir install/routine.sql
\set file 200_is_srs_address
\set checksum fb8fcc3e6fe9b3e631e4290cfeaa21423d58a7e435634e3ec9831a43ac86d034
\ir install/routine.sql
\set file 210_is_usable_password
\set checksum 3de1f49ca6b9cff6dc05afbbfeb2bfbc91c06225f07f3ac8dfe6ca6720bc2877
\ir install/routine.sql
\set file 220_has_permission
\set checksum a4637cfe11a4b5235d5695a1de6d976d508e3055b4c0c2d5f15305694806b207
\ir install/routine.sql
\set file 230_find_login
\set checksum cffad2679d5870f323cd9e580a58ade400b20aeb5ed03768f733c92bfd2be47d
\ir install/routine.sql
\set file 300_authserver_get_credentials
\set checksum c2f3d2a37dd0ce24665984a2b34e33ebb471712f84c096a8ef3185be92448cdc
\ir install/routine.sql
\set file 310_authserver_get_credentials_permission
\set checksum f8507baec71fbc94b5a77b163cab5c05aca72cd0b90912b6fea5f7144106ef7b
\ir install/routine.sql
\set file 320_authserver_check_domain
\set checksum a78f5b361751821f4dd5211429bb44ddcccce7211119cbba0a6138dd94541ff9
\ir install/routine.sql
\set file 330_authserver_resolve_alias
\set checksum 87edead0eddcc8807b42982221f77f148b5631c9455cf905f678a1f0cfdbf345
\ir install/routine.sql
\set file 340_authserver_iterate_users
\set checksum ed3de9e2a3457de84ed7ddd82eb53e8400dcd7f5f22b04e694371a6d2954ceaf
\ir install/routine.sql
\set file 350_authserver_sender_addresses
\set checksum ab0a900c6e050089499568b61000e09da37a4aaf887bd1596011366e411cf92b
\ir install/routine.sql
\set file 400_doctor_lists
\set checksum 331383a628812f70048829f1831f2bae13290db6ae5c7e58d72d1adaaaf091d8
\ir install/routine.sql
\set file 410_doctor_verdicts
\set checksum f438984e52bd3c4bbb368326e18160b2f6556c2524c209899028d13c887266d2
\ir install/routine.sql

\ir install/end.sql
