"""The guards of WebREPL, the access point, boot and deploys; see guards.py."""

from guard import Guard

GUARDS = [
    Guard(
        "WebREPL: pages of other sites are refused",
        "device/webrepl_server.py",
        ("        return http.error(403)", "        pass"),
        "test_webrepl_server.py::test_a_page_of_another_site_cannot_open_a_session",
    ),
    Guard(
        "WebREPL: a page with a rebound name is refused",
        "device/webrepl_server.py",
        ("if host and access.is_local(host.lower())", "if host"),
        "test_webrepl_server.py::test_a_page_of_another_site_cannot_open_a_session",
    ),
    Guard(
        "WebREPL: a new client takes over from one that vanished",
        "device/webrepl_server.py",
        ("_SILENCE_MS = const(60000)", "_SILENCE_MS = const(1 << 28)"),
        "test_webrepl_server_guards.py::test_a_client_that_vanished_is_replaced_after_a"
        "_minute_of_silence",
    ),
    Guard(
        "WebREPL: if a print waits for its client, nobody else waits",
        "device/webrepl_server.py",
        ("        _sock.setblocking(False)\n    os", "        pass\n    os"),
        "test_webrepl_server_guards.py::test_a_print_that_waits_for_its_client_keeps_nobody_else"
        "_waiting",
    ),
    Guard(
        "the stock WebREPL, if it has to start, waits at most 3 s for a byte",
        "boot.py",
        ("            webrepl.listen_s.settimeout(3)", "            webrepl.listen_s"),
        "test_boot_faults.py::test_without_our_webrepl_the_firmwares_own_is_started_with_a_limit",
    ),
    Guard(
        "no access point with the public password",
        "boot.py",
        ("            ap.active(False)", "            pass"),
        "test_boot_faults.py::test_the_access_point_with_the_public_password_is_off"
        "_whatever_happens",
    ),
    Guard(
        "no open access point",
        "device/access_point.py",
        ("            ap.active(False)  # better none than somebody else's", "            pass"),
        "test_wifi_access_point.py::test_an_access_point_that_keeps_the_firmwares"
        "_password_is_switched_off",
    ),
    Guard(
        "safe mode after three crashes",
        "device/startup.py",
        ("_LIMIT = const(3)", "_LIMIT = const(300)"),
        "test_safe_mode.py::test_three_crashes_in_a_row_leave_the_switch_off",
    ),
    Guard(
        "resets by a program count until the switch has worked",
        "boot.py",
        ("new and cause > 3 and head[6]", "cause > 3"),
        "test_safe_mode.py::test_three_resets_by_a_program_before_the_switch_has_worked"
        "_leave_it_off",
    ),
    Guard(
        "resets by a program do not count once the switch has worked",
        "boot.py",
        (" or new and cause > 3 and head[6]", ""),
        "test_safe_mode.py::test_a_switch_that_has_worked_may_be_reset_by_a_program_any"
        "_number_of_times",
    ),
    Guard(
        "SystemExit is caught as other exceptions are",
        "boot.py",
        (
            "        except BaseException as e:  # a module",
            "        except Exception as e:  # a module",
        ),
        "test_boot_faults.py::test_a_module_that_exits_is_told_and_the_rest_works",
    ),
    Guard(
        "the light survives the upgrade of RTC memory",
        "boot.py",
        ("                head[4] = kept[3]", "                pass"),
        "test_boot_memory.py::test_memory_as_the_version_before_wrote_it_keeps_the_light_as_it_is",
    ),
    Guard(
        "the firmware's access point goes off before anything of ours runs",
        "boot.py",
        ('        self.step("access point", self.close_ap)\n', ""),
        "test_boot_faults.py::test_the_access_point_with_the_public_password_is_off_before"
        "_anything_of_ours_runs",
    ),
    Guard(
        "after seven crashes, WebREPL without any file of device/",
        "boot.py",
        ("        if crashes > 6:", "        if crashes > 600:"),
        "test_safe_mode.py::test_a_file_whose_import_crashes_the_board_does_not_keep"
        "_its_owner_out",
    ),
    Guard(
        "a mistake in the settings does not drop the password",
        "device/config.py",
        ('    locked = "HTTP_PASSWORD" in unfit', "    locked = False"),
        "test_config_mistakes.py::test_a_slip_in_the_file_does_not_open_the_switch_to_everybody",
    ),
    Guard(
        "roll-forward of an interrupted deploy",
        "boot.py",
        ('        self.step("deploy", self.finish)\n', ""),
        "board/test_deploy_power.py::test_power_lost_in_or_after_any_write_leaves_the"
        "_old_set_or_makes_way_for_the_new[PORT-generic]",
    ),
]
